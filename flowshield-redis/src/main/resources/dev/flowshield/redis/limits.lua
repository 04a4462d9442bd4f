-- Keeps rate limits: for each key the debts of one or more rates, which are paid off as time passes.
--
-- All numbers are whole and below 2^53, which a Lua number holds exactly. A debt is counted in units of a rate:
-- it is paid off by `drain` units a tick, a permit adds `price` units to it, and it may grow to `capacity`, the burst.
--
--   KEYS     one for each limit that is asked, all in one slot of a cluster
--   ARGV     one text of packed numbers: what to do, as a letter (1 byte); the id of the question (4); the time in
--            ticks, or -1 for that of this server in microseconds (7); for each key: permits (7), number of rates (1),
--            and for each of them drain (4), price (6) and capacity (6); then what the deed needs for each rate
--
--     t  take    takes the permits of all keys, or of none
--     s  some    takes as many of the permits of one key as are there
--     c  charge  takes permits whether or not they are there: how many (6)
--     p  peek    takes nothing
--     a  add     gives permits, up to the burst
--     x  reset   forgets all debts
--
-- Answers packed numbers: the id; permits taken (7); then for each rate of each key its debt (6).
--
-- A value is: the version of this layout (1 byte), the time of its debts (7), and for each rate its debt (6), drain (4)
-- and capacity (6). It expires when all debts are paid off.
--
-- A value that this script cannot have written is replaced, as if there were none. One of a later version, which an
-- instance of a newer release has written, stays: the answer is the error VERSION.

local VERSION, HEAD, RATE = 1, '<Bi7', '<I6I4I6'
local HEAD_BYTES, RATE_BYTES, MOST_RATES = 8, 16, 255
local MOST = 2 ^ 48 - 1
local MOST_CAPACITY = 2 ^ 47
local LATEST = 2 ^ 53 -- of times: in microseconds, the year 2255

local argument, unpack, pack = ARGV[1], struct.unpack, struct.pack
local floor, min, max = math.floor, math.min, math.max
local deed, id, now, at = unpack('<c1I4i7', argument)
local expiry, stepBack
if now >= 0 then -- a test turns the time by hand, so a value must not expire by the clock
  expiry, stepBack = 3600000, 3.6e12
else
  local time = redis.call('TIME')
  now, stepBack = time[1] * 1000000 + time[2], 1000000
end

-- The usual question, one key of one rate, without a table: the server answers a third more of them in a second. What is
-- unusual about it is left to what follows, which computes the same.
if #argument == 36 and (deed == 't' or deed == 's') then
  local wanted, _, drain, price, capacity = unpack('<I7BI4I6I6', argument, at)
  local value = redis.pcall('GET', KEYS[1])
  local version, last, debt, itsDrain, itsCapacity = VERSION, now, 0, drain, capacity
  local isUsual = not value or #value == 24 -- an error has no length
  if value and isUsual then
    version, last, debt, itsDrain, itsCapacity = unpack('<Bi7I6I4I6', value)
  end
  local elapsed = now - last
  if isUsual and elapsed >= 0 and itsDrain == drain and itsCapacity == capacity and version == VERSION
    and debt <= capacity and last >= 0 then
    if elapsed > debt / drain + 1 then
      debt = 0
    else
      debt = max(0, debt - elapsed * drain)
    end
    local free = floor((capacity - debt) / price)
    if wanted > free then
      if deed == 't' or free < 1 then
        return pack('<I4I7I6', id, 0, debt)
      end
      wanted = free
    end
    debt = debt + wanted * price
    redis.call('SET', KEYS[1], pack('<Bi7I6I4I6', VERSION, now, debt, drain, capacity), 'PX',
      expiry or math.ceil(debt / drain / 1000) + 1)
    return pack('<I4I7I6', id, wanted, debt)
  end
end

-- Whether a value never expires, as none that this script writes.
local function isEndless(key)
  return redis.pcall('PTTL', key) == -1
end

-- Whether this script may have written the value of a key.
local function isOwn(value, key)
  local rates = (#value - HEAD_BYTES) / RATE_BYTES
  if rates < 1 or rates > MOST_RATES or rates % 1 > 0 then
    return false
  end
  local version, last, position = unpack(HEAD, value)
  if version ~= VERSION or last < 0 or last >= LATEST then
    return false
  end
  for _ = 1, rates do
    local debt, drain, capacity, following = unpack(RATE, value, position)
    position = following
    if drain < 1 or capacity < 1 or capacity > MOST_CAPACITY or (debt > capacity and isEndless(key)) then
      return false
    end
  end
  return true
end

-- The value of a key: false if there is none, nil if it is to be replaced; and the error to answer with, if any.
local function read(key)
  local value = redis.pcall('GET', key)
  if not value then
    return false
  elseif type(value) == 'table' then
    if string.find(value.err, 'WRONGTYPE', 1, true) then
      return nil
    end
    return nil, value
  elseif #value > 0 and string.byte(value) > VERSION and not isEndless(key) then
    return nil, redis.error_reply('VERSION the value of a key is of a later version')
  end
  return isOwn(value, key) and value or nil
end

-- value * by / of, rounded up; a product may be too large to be held exactly.
local function scaled(value, by, of)
  local quotient, rest = 0, 0
  local bit = 2 ^ 52
  while bit >= 1 do
    quotient, rest = 2 * quotient, 2 * rest
    if by >= bit then
      by, rest = by - bit, rest + value
    end
    local more = floor(rest / of)
    quotient, rest = quotient + more, rest - more * of
    bit = bit / 2
  end
  return rest > 0 and quotient + 1 or quotient
end

-- A debt by another rate. Up to the burst it keeps its part of it, and beyond that its length in time.
local function converted(debt, drain, capacity, toDrain, toCapacity)
  if debt <= capacity then
    return scaled(debt, toCapacity, capacity)
  end
  return min(MOST, toCapacity + scaled(debt - capacity, toDrain, drain))
end

-- By key, and by rate; the rates of all keys stand in a row.
local permits, counts, isToWrite = {}, {}, {}
local drains, prices, capacities, debts = {}, {}, {}, {}
local rate = 0
local granted = nil

for k = 1, #KEYS do
  local wanted, count
  wanted, count, at = unpack('<I7B', argument, at)
  local value, failure = read(KEYS[k])
  if failure then
    return failure
  end
  local _, last, position = nil, now, nil
  if value then
    _, last, position = unpack(HEAD, value)
  end
  isToWrite[k] = value == nil
  local elapsed = now - last
  if elapsed < -stepBack then -- another clock: what is owed stays owed, from now on
    elapsed, isToWrite[k] = 0, true
  end
  local free = MOST
  for r = rate + 1, rate + count do
    local drain, price, capacity
    drain, price, capacity, at = unpack('<I4I6I6', argument, at)
    local debt = 0
    if position and position <= #value then
      local itsDrain, itsCapacity
      debt, itsDrain, itsCapacity, position = unpack(RATE, value, position)
      if elapsed > debt / itsDrain + 1 then
        debt = 0
      else
        debt = min(MOST, max(0, debt - elapsed * itsDrain))
      end
      if itsDrain ~= drain or itsCapacity ~= capacity then
        debt = converted(debt, itsDrain, itsCapacity, drain, capacity)
        isToWrite[k] = true
      end
    end
    drains[r], prices[r], capacities[r], debts[r] = drain, price, capacity, debt
    free = min(free, floor((capacity - debt) / price))
  end
  rate = rate + count
  if deed == 's' then
    wanted = max(0, min(wanted, free))
  elseif deed == 't' and wanted > free then
    granted = 0
  end
  permits[k], counts[k] = wanted, count
end
granted = granted or permits[1]

local answer = {pack('<I4I7', id, granted)}
local takes = granted > 0 and (deed == 't' or deed == 's')
rate = 0
for k = 1, #KEYS do
  local keeps, isOther = false, isToWrite[k] -- keeps the expiry, which covers what was owed before at the same rate
  local count = counts[k]
  for r = rate + 1, rate + count do
    local debt = debts[r]
    if takes then
      debts[r] = debt + permits[k] * prices[r]
      isToWrite[k] = true
    elseif deed == 'c' then
      local charged
      charged, at = unpack('<I6', argument, at)
      debts[r] = min(MOST, debt + charged * prices[r])
      isToWrite[k] = true
    elseif deed == 'x' then
      debts[r] = 0
    elseif deed == 'a' then
      debts[r] = max(0, debt - permits[k] * prices[r])
    end
    if debts[r] < debt then
      keeps, isToWrite[k] = true, true
    end
  end
  if isToWrite[k] then
    local value = pack(HEAD, VERSION, now)
    local millis = 0
    for r = rate + 1, rate + count do
      value = value .. pack(RATE, debts[r], drains[r], capacities[r])
      millis = max(millis, math.ceil(debts[r] / drains[r] / 1000))
    end
    if keeps and not isOther then
      redis.call('SET', KEYS[k], value, 'KEEPTTL')
    else
      redis.call('SET', KEYS[k], value, 'PX', expiry or millis + 1)
    end
  end
  for r = rate + 1, rate + count do
    answer[#answer + 1] = pack('<I6', debts[r])
  end
  rate = rate + count
end
return table.concat(answer)
