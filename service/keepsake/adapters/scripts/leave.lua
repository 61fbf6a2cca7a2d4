#!lua
-- Begin to forget a customer: note under which new name what stays is to be kept.
-- KEYS: customer
-- ARGV: a new name
-- Returns: the name that counts, which is that of an attempt that was cut short; nil for a stranger
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
redis.call('HSETNX', KEYS[1], 'leaving', ARGV[1])
return redis.call('HGET', KEYS[1], 'leaving')
