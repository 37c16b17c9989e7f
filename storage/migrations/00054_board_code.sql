-- +goose Up
-- A board's announcement says whether the public value is numbers or one code, so that nobody chooses how it is written. Conventions as in 00001.

alter table board add column digits bigint not null default 0;      -- how many hexadecimal digits the code has that counts (numbers is 0 then); 0: whole numbers count
