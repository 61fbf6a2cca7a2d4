#!lua
-- Move one hold on one resource, after freeing what has lapsed by this server's clock.
-- KEYS: sums, holds, expiries, movements, counted (of the resource), pinned (of the bucket), moved
--       (of the resource: what moved in each quarter of an hour, so that nobody walks it all)
-- ARGV: what to do, hold id, seconds the books are kept, and further
--   hold:    units, limit, expires (ms), share of the revenue at risk (basis points), case,
--            what the case adds to that revenue
--   pin:     resource
--   commit:  units; fewer of what is committed already lowers that
--   release: the states it may be released from, as `held pinned`
--   Both of the last: resource
-- Returns: what the hold is now ('held', 'pinned', 'committed', 'absent', 'refused', 'too much'),
-- then limit, held, pinned, committed, counted
local sums, holds, expiries, movements, counted, pinned, moved = unpack(KEYS)
local what, id, kept = ARGV[1], ARGV[2], ARGV[3]
local at_once = 100
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local quarter = math.floor(time[1] / 900)

local function whole(number)
  return string.format('%d', number)
end

local function found(hold)
  return string.match(redis.call('HGET', holds, hold) or '', '^(%a+) (%d+) (%d+)$')
end

local function move(hold, units, was, to, why)
  if was ~= 'free' then
    redis.call('HINCRBY', sums, was, whole(-units))
  end
  if to ~= 'released' then
    redis.call('HINCRBY', sums, to, whole(units))
  end
  redis.call('HINCRBY', moved, whole(quarter) .. ' ' .. to, whole(units))
  redis.call('XADD', movements, '*', 'hold', hold, 'units', whole(units), 'was', was, 'now', why or to)
end

local function forget(hold, resource)
  redis.call('HDEL', holds, hold)
  redis.call('ZREM', expiries, hold)
  if resource then
    redis.call('ZREM', pinned, resource .. ' ' .. hold)
  end
end

local function stand(hold, state, units, expires)
  redis.call('HSET', holds, hold, state .. ' ' .. whole(units) .. ' ' .. expires)
end

for _, hold in ipairs(redis.call('ZRANGE', expiries, '-inf', now, 'BYSCORE', 'LIMIT', 0, at_once)) do
  local standing, units = found(hold)
  if standing then
    move(hold, units, 'held', 'released', 'lapsed')
    forget(hold)
  else
    redis.call('ZREM', expiries, hold)
  end
end

local state, units, expires = found(id)
units = tonumber(units)

local function hold_now()
  local wanted, limit, until_ms = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
  local share, case, adds = tonumber(ARGV[7]), ARGV[8], tonumber(ARGV[9])
  if wanted < 0 then
    return 'refused'
  end
  if share > 0 then
    if redis.call('HSETNX', counted, case, whole(adds)) == 1 then
      redis.call('HINCRBY', sums, 'counted', whole(adds))
    end
    limit = limit + math.floor(redis.call('HGET', sums, 'counted') * share / 10000)
  end
  redis.call('HSET', sums, 'limit', whole(limit))
  local taken = 0
  for _, sum in ipairs(redis.call('HMGET', sums, 'held', 'pinned', 'committed')) do
    taken = taken + (sum or 0)
  end
  if taken + wanted > limit or until_ms <= now then
    return 'refused'
  end
  stand(id, 'held', wanted, ARGV[6])
  redis.call('ZADD', expiries, ARGV[6], id)
  move(id, wanted, 'free', 'held')
  return 'held'
end

local function pin_now()
  stand(id, 'pinned', units, expires)
  redis.call('ZREM', expiries, id)
  redis.call('ZADD', pinned, whole(now), ARGV[4] .. ' ' .. id)
  move(id, units, 'held', 'pinned')
  return 'pinned'
end

local function commit_now()
  local real = tonumber(ARGV[4])
  if real > units then
    return 'too much'
  end
  move(id, real, state, 'committed')
  if real < units then
    move(id, units - real, state, 'released')
  end
  forget(id, ARGV[5])
  stand(id, 'committed', real, expires)
  return 'committed'
end

local function lower_now()
  local real = tonumber(ARGV[4])
  if real < units then
    move(id, units - real, 'committed', 'released')
    stand(id, 'committed', real, expires)
  end
  return 'committed'
end

local function release_now()
  if not string.find(ARGV[4], state, 1, true) then
    return state
  end
  move(id, units, state, 'released')
  forget(id, ARGV[5])
  return 'absent'
end

local outcome = state or 'absent'
if what == 'hold' and not state then
  outcome = hold_now()
elseif what == 'pin' and state == 'held' then
  outcome = pin_now()
elseif what == 'commit' and (state == 'held' or state == 'pinned') then
  outcome = commit_now()
elseif what == 'commit' and state == 'committed' then
  outcome = lower_now()
elseif what == 'release' and state then
  outcome = release_now()
end
for _, key in ipairs({sums, holds, expiries, movements, counted, moved}) do
  redis.call('EXPIRE', key, kept)
end
local all = redis.call('HMGET', sums, 'limit', 'held', 'pinned', 'committed', 'counted')
return {outcome, all[1] or '0', all[2] or '0', all[3] or '0', all[4] or '0', all[5] or '0'}
