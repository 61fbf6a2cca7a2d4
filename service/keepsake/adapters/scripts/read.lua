#!lua flags=no-writes
-- Read everything that gathering needs, at one instant.
-- KEYS: request, customer, switches (one slot)
-- Returns: the stored decision of this request, the customer's key, the customer's version, the
-- switches; each may be nil. Windows and balances of the caller join at the end.
local answered_by = redis.call('GET', KEYS[1])
local stored = answered_by and redis.call('GET', answered_by)
local customer = redis.call('HMGET', KEYS[2], 'key', 'version')
return {stored, customer[1], customer[2], redis.call('GET', KEYS[3])}
