#!lua flags=no-writes
-- Read what is due in one bucket by this server's clock, the longest due first.
-- KEYS: due
-- ARGV: how many at most
-- Returns: the time (ms), then what is due and since when, in turn
local time = redis.call('TIME')
local now = string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000))
return {now, unpack(
  redis.call('ZRANGE', KEYS[1], '-inf', now, 'BYSCORE', 'LIMIT', 0, ARGV[1], 'WITHSCORES'))}
