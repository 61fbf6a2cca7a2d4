#!lua
-- Begin to forget a customer: note under which new name what stays is to be kept.
-- KEYS: customer, how the keys of customers begin (one slot)
-- ARGV: a new name
-- Returns: the name that counts, which is that of an attempt that was cut short, and the customer's
-- version; nil for a stranger
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
redis.call('HSETNX', KEYS[1], 'leaving', ARGV[1])
local found = redis.call('HMGET', KEYS[1], 'leaving', 'key', 'version')
if found[2] then
  -- A case that has its new name already is journalled under the same random key.
  local renamed = KEYS[2] .. ':' .. found[1]
  redis.call('HSET', renamed, 'key', found[2])
  redis.call('PEXPIRE', renamed, redis.call('PTTL', KEYS[1]))
end
return {found[1], found[3] or '0'}
