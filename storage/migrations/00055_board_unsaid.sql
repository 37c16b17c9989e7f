-- +goose Up
-- A board that was announced before it was asked whether numbers or a code count can still be drawn by either. Conventions as in 00001.

alter table board add column unsaid bigint not null default 0;      -- 1: it was announced before it was asked whether numbers or one code count; what comes is read as either

update board set unsaid = 1 where digits = 0 and numbers in (0, 1) and value = '';
