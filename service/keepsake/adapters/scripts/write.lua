#!lua
-- Write one decision with all that belongs to it, or nothing.
-- KEYS: request, decision, customer, journal (one slot)
-- ARGV: stored decision, event, the key to map the customer to if there is none yet ('' if
--       anonymous), version read before ('' = any), seconds the request is remembered, seconds the
--       rest is kept
-- Returns: {'stored'}, {'already', the stored decision} or {'conflict'}
local request, decision, customer, journal = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local stored, event, proposed, version = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local remembered, kept = tonumber(ARGV[5]), tonumber(ARGV[6])

local before = redis.call('GET', redis.call('GET', request) or decision)
if before then
  return {'already', before}
end

local mapped = redis.call('HMGET', customer, 'key', 'version')
if version ~= '' and version ~= (mapped[2] or '0') then
  return {'conflict'}
end
local customer_key = mapped[1] or proposed

-- Nothing may fail from here on: a script that stops half way leaves its first half.
local oldest_ms = math.max(tonumber(redis.call('TIME')[1]) - kept, 0) * 1000
redis.call('XADD', journal, 'MINID', '~', string.format('%d', oldest_ms), '*',
  'event', event, 'customer', customer_key)
redis.call('EXPIRE', journal, kept)
redis.call('SET', decision, stored, 'EX', math.max(kept, remembered))
redis.call('SET', request, decision, 'EX', remembered)
local next_version = string.format('%d', (mapped[2] or 0) + 1)
if customer_key ~= '' then
  redis.call('HSET', customer, 'key', customer_key, 'version', next_version)
else
  redis.call('HSET', customer, 'version', next_version)
end
redis.call('EXPIRE', customer, math.max(kept, remembered))
return {'stored'}
