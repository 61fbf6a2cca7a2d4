#!lua
-- Throw a switch of a pack or take it back, and write that down if it changes anything.
-- KEYS: switches and ledger of the whole pack (one slot)
-- ARGV: target, 'thrown' or 'back', event
-- Returns: the switches, for copying into the buckets: a version, then the targets, by line
local targets, version, changed = {}, nil, ARGV[2] == 'thrown'
for line in string.gmatch(redis.call('GET', KEYS[1]) or '0', '[^\n]+') do
  if not version then
    version = tonumber(line)
  elseif line == ARGV[1] then
    changed = not changed
  else
    table.insert(targets, line)
  end
end
if ARGV[2] == 'thrown' then
  table.insert(targets, ARGV[1])
  table.sort(targets)
end
if changed then
  version = version + 1
  redis.call('XADD', KEYS[2], '*', 'event', ARGV[3])
end
table.insert(targets, 1, string.format('%d', version))
local switches = table.concat(targets, '\n')
redis.call('SET', KEYS[1], switches)
return switches
