#!lua flags=no-writes
-- Read everything that a step of a case needs, at one instant.
-- KEYS: case, events, texts, replies, switches, how the keys of customers and histories begin
--       (one slot)
-- ARGV: request ('' = none)
-- Returns: whose the case is (nil where there is none), its events, what was said about them, the
-- decisions it follows, what this request was answered before, the switches, what happened with
-- the customer (members and times in turn), the customer's version
local case = redis.call('HMGET', KEYS[1], 'identity', 'decisions')
local decisions = {}
for key in string.gmatch(case[2] or '', '%S+') do
  table.insert(decisions, redis.call('GET', key) or '')
end
return {
  case[1],
  redis.call('LRANGE', KEYS[2], 0, -1),
  redis.call('HGETALL', KEYS[3]),
  decisions,
  redis.call('HGET', KEYS[4], ARGV[1]),
  redis.call('GET', KEYS[5]),
  case[1] and redis.call('ZRANGE', KEYS[7] .. ':' .. case[1], 0, -1, 'WITHSCORES'),
  case[1] and redis.call('HGET', KEYS[6] .. ':' .. case[1], 'version')
}
