-- Batches of 100 events as the clients of Segment send them, each event with an id of its own.
local ids, thread = 0, 0
function setup(t) thread = thread + 1; t:set("number", thread) end
function init(args) run = args[1]; key = args[2] end
function request()
  local events = {}
  for i = 1, 100 do
    ids = ids + 1
    events[i] = string.format('{"type":"track","event":"signed","userId":"a%d","messageId":"%s-%d-%d","timestamp":"2026-03-08T07:00:00Z","properties":{"value":%d}}',
      ids * 7919 % 10000 + 1, run, number, ids, ids)
  end
  return wrk.format("POST", "/v1/batch", { Authorization = "Bearer " .. key, ["Content-Type"] = "application/json" },
    '{"sentAt":"2026-03-08T07:00:00Z","batch":[' .. table.concat(events, ",") .. "]}")
end
