#!lua
-- End to forget a customer: nothing leads from who they were to the random key any more.
-- KEYS: customer, customer under the new name, history, journal, forgotten (one slot)
-- ARGV: event, when (ms), seconds that it was forgotten is remembered
-- Returns: 1, or 0 where there was nobody to forget (any more)
local customer, renamed, history, journal, forgotten = unpack(KEYS)
local customer_key = redis.call('HGET', customer, 'key')
if redis.call('EXISTS', customer) == 0 then
  return 0
end
redis.call('HDEL', customer, 'leaving')
if redis.call('EXISTS', customer) == 1 then
  redis.call('RENAME', customer, renamed)
end
redis.call('DEL', history)
redis.call('XADD', journal, '*', 'event', ARGV[1], 'customer', customer_key or '')
redis.call('HSET', forgotten, 'time', ARGV[2])
redis.call('EXPIRE', forgotten, ARGV[3])
return 1
