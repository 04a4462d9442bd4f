-- Counts the instances of a service: each renews its place in a list, and those that have not for a while are left out.
--
--   KEYS     the list
--   ARGV     the id of this instance, 16 characters; for how long a place is kept, in milliseconds
--
-- Answers how many there are, this one included. The list is: for each instance its id and the time of its last call in
-- microseconds (7 bytes). What something else has written in its place is replaced.

local PLACE, BYTES = '<c16i7', 23

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local keptFor = tonumber(ARGV[2])
local list = redis.pcall('GET', KEYS[1]) or ''
if type(list) == 'table' then
  if not string.find(list.err, 'WRONGTYPE', 1, true) then
    return list
  end
  list = '' -- which something else has written, and which is replaced
end
local kept = {struct.pack(PLACE, ARGV[1], now)}
for at = 1, #list - BYTES + 1, BYTES do
  local id, last = struct.unpack(PLACE, list, at)
  if id ~= ARGV[1] and math.abs(now - last) < keptFor * 1000 then -- another clock may have been ahead
    kept[#kept + 1] = struct.pack(PLACE, id, last)
  end
end
redis.call('SET', KEYS[1], table.concat(kept), 'PX', keptFor)
return #kept
