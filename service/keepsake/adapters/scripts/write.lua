#!lua
-- Write one decision with all that belongs to it, or nothing.
-- KEYS: request, decision, customer, journal, case, events, texts, cases,
--       history, forgotten, due, the list of clocks (one slot)
-- ARGV: stored decision, event, the key to map the customer to if there is none yet ('' if
--       anonymous), version read before ('' = any), seconds the request is remembered, seconds the
--       rest is kept, the identity, the name of the case, its event ('' = none), what the customer
--       wrote ('' = nothing), what happened for the history ('' = nothing), when (ms), how much of
--       the history is kept; how many are due in the case, for each: what, when (ms); the same for
--       its places in the list of clocks
-- Returns: {'stored'}, {'already', the stored decision}, {'conflict'}, or {'forgotten'} where it was
-- spooled before the customer was forgotten
local request, decision, customer, journal = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local case, events, texts, cases, history = KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9]
local stored, event, proposed, version = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local remembered, kept = tonumber(ARGV[5]), tonumber(ARGV[6])
local identity, name, case_event, words = ARGV[7], ARGV[8], ARGV[9], ARGV[10]
local happened, happened_ms, most = ARGV[11], ARGV[12], tonumber(ARGV[13])

local before = redis.call('GET', redis.call('GET', request) or decision)
if before then
  return {'already', before}
end

local forgotten_ms = version == '' and redis.call('HGET', KEYS[10], 'time')
if forgotten_ms and tonumber(happened_ms) <= tonumber(forgotten_ms) then
  return {'forgotten'}
end

local mapped = redis.call('HMGET', customer, 'key', 'version')
if version ~= '' and version ~= (mapped[2] or '0') then
  return {'conflict'}
end
local customer_key = mapped[1] or proposed
local time = redis.call('TIME')
local now_ms = string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000))
local owned = redis.call('HMGET', case, 'identity', 'decisions')
-- A decision that was spooled could not see whose the case is that it names: it joins only its own.
local joins = case_event ~= '' and (owned[1] or identity) == identity
if case_event ~= '' and not joins and version ~= '' then
  return {'conflict'}
end
local number = joins and redis.call('LLEN', events) + 1 or 0

-- Nothing may fail from here on: a script that stops half way leaves its first half.
local oldest_ms = math.max(tonumber(time[1]) - kept, 0) * 1000
redis.call('XADD', journal, 'MINID', '~', string.format('%d', oldest_ms), '*',
  'event', event, 'customer', customer_key, 'number', number)
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
if happened ~= '' then
  redis.call('ZADD', history, happened_ms, happened)
  redis.call('ZREMRANGEBYSCORE', history, '-inf', string.format('%d', oldest_ms))
  for _ = most + 1, redis.call('ZCARD', history) do
    -- What was offered outlives the asking: no flood of requests makes it forgotten.
    local goes = redis.call('ZRANGE', history, 0, 0)[1]
    for _, member in ipairs(redis.call('ZRANGE', history, 0, -1)) do
      if string.find(member, '^intercept|') then
        goes = member
        break
      end
    end
    redis.call('ZREM', history, goes)
  end
  redis.call('EXPIRE', history, kept)
end
if joins then
  local decisions = (owned[2] and owned[2] .. ' ' or '') .. decision
  redis.call('HSET', case, 'identity', identity, 'decisions', decisions)
  redis.call('RPUSH', events, case_event)
  if words ~= '' then
    redis.call('HSET', texts, number, words)
  end
  redis.call('ZADD', cases, now_ms, name)
  redis.call('ZREMRANGEBYSCORE', cases, '-inf', string.format('%d', oldest_ms))
  for _, key in ipairs({case, events, texts, cases}) do
    redis.call('EXPIRE', key, kept)
  end
  local at = 14
  for list = 11, 12 do
    local many = tonumber(ARGV[at] or 0)
    for _ = 1, many do
      redis.call('ZADD', KEYS[list], ARGV[at + 2], ARGV[at + 1])
      at = at + 2
    end
    at = at + 1
    if list == 12 and many > 0 then
      redis.call('ZREMRANGEBYSCORE', KEYS[list], '-inf', string.format('%d', oldest_ms))
      redis.call('EXPIRE', KEYS[list], kept)
    end
  end
end
return {'stored'}
