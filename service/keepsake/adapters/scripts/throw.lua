#!lua
-- Throw a switch of a pack or take it back, and write that down if it changes anything.
-- KEYS: switches and ledger of the whole pack (one slot)
-- ARGV: target, 'thrown' or 'back', event, the line to write: the target, a tab, why
-- Returns: the switches, for copying into the buckets: a version, then the lines
local lines, version, before = {}, nil, nil
for line in string.gmatch(redis.call('GET', KEYS[1]) or '0', '[^\n]+') do
  if not version then
    version = tonumber(line)
  elseif string.match(line, '^[^\t]+') == ARGV[1] then
    before = line
  else
    table.insert(lines, line)
  end
end
local after = ARGV[2] == 'thrown' and (before or ARGV[4]) or nil
if after then
  table.insert(lines, after)
  table.sort(lines)
end
if before ~= after then
  version = version + 1
  redis.call('XADD', KEYS[2], '*', 'event', ARGV[3])
end
table.insert(lines, 1, string.format('%d', version))
local switches = table.concat(lines, '\n')
redis.call('SET', KEYS[1], switches)
return switches
