#!lua
-- Write one step of a case with all that belongs to it, or nothing.
-- KEYS: case, events, texts, replies, journal, cases, due, customer, then a list for each place
--       (one slot)
-- ARGV: events read before, seconds all is kept, the name of the case, request ('' = none), its
--       reply, whose the case was read to be, '1' where the words of the step were left out already,
--       how many events, for each: event, what is journalled, what was said ('' = nothing);
--       how many are due, for each: what, when (ms); how many are due no more, for each: what; then
--       for each list: which name, its score there ('' = none any more); last the customer's version
--       read before ('' = any)
-- Returns: {'stored'}, {'already', the reply}, {'conflict'}, or {'forgotten'} where the customer was
-- forgotten, so that nothing is written that anybody said
local case, events, texts, replies, journal, cases, due, customer = unpack(KEYS)
local version, kept, name, request, reply, owner, wordless = unpack(ARGV, 1, 7)
kept = tonumber(kept)

local before = request ~= '' and redis.call('HGET', replies, request)
if before then
  return {'already', before}
end
local count = redis.call('LLEN', events)
if count ~= tonumber(version) or count == 0 then
  return {'conflict'}
end
-- Whose it is changes when the customer is forgotten: what was read before must not come back.
local whose = redis.call('HMGET', case, 'identity', 'forgotten')
if whose[1] ~= owner then
  return {'conflict'}
end
if whose[2] and wordless ~= '1' then
  return {'forgotten'}
end
local seen = ARGV[#ARGV]
if seen ~= '' and seen ~= (redis.call('HGET', customer, 'version') or '0') then
  return {'conflict'}
end
local customer_key = redis.call('HGET', customer, 'key') or ''
local time = redis.call('TIME')
local oldest_ms = string.format('%d', math.max(tonumber(time[1]) - kept, 0) * 1000)

-- Nothing may fail from here on: a script that stops half way leaves its first half.
local at = 9
for _ = 1, tonumber(ARGV[8]) do
  count = redis.call('RPUSH', events, ARGV[at])
  redis.call('XADD', journal, 'MINID', '~', oldest_ms, '*',
    'event', ARGV[at + 1], 'customer', customer_key, 'number', count)
  if ARGV[at + 2] ~= '' then
    redis.call('HSET', texts, count, ARGV[at + 2])
  end
  at = at + 3
end
for _ = 1, tonumber(ARGV[at]) do
  redis.call('ZADD', due, ARGV[at + 2], ARGV[at + 1])
  at = at + 2
end
at = at + 1
for _ = 1, tonumber(ARGV[at]) do
  at = at + 1
  redis.call('ZREM', due, ARGV[at])
end
for list = 9, #KEYS do
  if ARGV[at + 2] == '' then
    redis.call('ZREM', KEYS[list], ARGV[at + 1])
  else
    redis.call('ZADD', KEYS[list], ARGV[at + 2], ARGV[at + 1])
  end
  at = at + 2
  redis.call('ZREMRANGEBYSCORE', KEYS[list], '-inf', oldest_ms)
  redis.call('EXPIRE', KEYS[list], kept)
end
if seen ~= '' then
  redis.call('HINCRBY', customer, 'version', 1)
  redis.call('EXPIRE', customer, kept)
end
if request ~= '' then
  redis.call('HSET', replies, request, reply)
end
redis.call('ZADD', cases, string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000)), name)
redis.call('ZREMRANGEBYSCORE', cases, '-inf', oldest_ms)
for _, key in ipairs({case, events, texts, replies, journal, cases}) do
  redis.call('EXPIRE', key, kept)
end
return {'stored'}
