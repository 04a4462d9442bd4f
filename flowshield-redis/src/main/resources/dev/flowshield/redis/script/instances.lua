-- Counts the instances of a service. Each renews its entry in a list; entries that are too old are left out.
--
--   KEYS     the list
--   ARGV     the id of this instance, 16 characters; the time for which an entry is kept, in milliseconds
--
-- Replies the number of instances, this one included. The list has for each instance its id and the time of its latest
-- call in microseconds (7 bytes). A value that something else has written is replaced.

local ENTRY, BYTES = '<c16i7', 23

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local keptFor = tonumber(ARGV[2])
local list = redis.pcall('GET', KEYS[1]) or ''
if type(list) == 'table' then
  if not string.find(list.err, 'WRONGTYPE', 1, true) then
    return list
  end
  list = '' -- something else has written it
end
local kept = {struct.pack(ENTRY, ARGV[1], now)}
for at = 1, #list - BYTES + 1, BYTES do
  local id, last = struct.unpack(ENTRY, list, at)
  if id ~= ARGV[1] and math.abs(now - last) < keptFor * 1000 then -- another clock may have been ahead
    kept[#kept + 1] = struct.pack(ENTRY, id, last)
  end
end
redis.call('SET', KEYS[1], table.concat(kept), 'PX', keptFor)
return #kept
