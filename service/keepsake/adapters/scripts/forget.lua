#!lua
-- End to forget a customer: nothing leads from who they were to the random key any more.
-- KEYS: customer, customer under the new name, history, journal, forgotten (one slot)
-- ARGV: event, when (ms), seconds that it was forgotten is remembered, the customer's version seen
--       at the begin
-- Returns: 'again' where anything was written for the customer since; else 'done', also where there
-- was nobody to forget (any more)
local customer, renamed, history, journal, forgotten = unpack(KEYS)
if redis.call('EXISTS', customer) == 0 then
  return 'done'
end
local known = redis.call('HMGET', customer, 'key', 'version')
if (known[2] or '0') ~= ARGV[4] then
  return 'again'
end
redis.call('HDEL', customer, 'leaving')
if redis.call('EXISTS', customer) == 1 then
  redis.call('RENAME', customer, renamed)
end
redis.call('DEL', history)
redis.call('XADD', journal, '*', 'event', ARGV[1], 'customer', known[1] or '')
redis.call('HSET', forgotten, 'time', ARGV[2])
redis.call('EXPIRE', forgotten, ARGV[3])
return 'done'
