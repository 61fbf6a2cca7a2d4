#!lua flags=no-writes
-- Read everything that gathering needs, at one instant.
-- KEYS: request, customer, switches, history, and where the request names a case: case, events
--       (one slot)
-- Returns: the stored decision of this request, the customer's key, the customer's version, the
-- switches, what happened with the customer (members and times in turn), whose the case is, its
-- events; each may be nil.
local answered_by = redis.call('GET', KEYS[1])
local stored = answered_by and redis.call('GET', answered_by)
local customer = redis.call('HMGET', KEYS[2], 'key', 'version')
local owner = KEYS[5] and redis.call('HGET', KEYS[5], 'identity')
local events = KEYS[6] and redis.call('LRANGE', KEYS[6], 0, -1)
local history = redis.call('ZRANGE', KEYS[4], 0, -1, 'WITHSCORES')
return {stored, customer[1], customer[2], redis.call('GET', KEYS[3]), history, owner or false, events or false}
