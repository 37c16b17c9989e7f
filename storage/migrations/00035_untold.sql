-- +goose Up
-- Told counts the mails that have left, and who still waits is counted beside it. Conventions as in 00001.

-- Of every decision that is counted as told, somebody waits, for all we know: the follower looks, and mends both.
insert into loop_row (step, kind, ref_id, at, n) select 'untold', kind, ref_id, at, 1 from loop_row where step = 'told' and kind = 'decision';
insert into loop_day (step, day, n) select 'untold', at / 86400000000, count(*) from loop_row where step = 'untold' group by at / 86400000000;
