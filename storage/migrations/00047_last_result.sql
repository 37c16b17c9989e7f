-- +goose Up
-- What a source says of its last reading names no mentions any more: a query that was added since finds some in what rests,
-- and the count of the source is the one that is true.
update source set last_result = replace(last_result, ' Mentions: {mentions}.', '');
