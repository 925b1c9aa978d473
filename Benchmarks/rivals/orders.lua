-- wrk's script for the order queries: `wrk … -s orders.lua ADDRESS -- order|list FILE`, FILE holding an id a line.
-- Prints one line `RESULT {json}`. Requests are formatted once, so that the load costs little beside the server.

local started = 0

function setup(thread)
  thread:set("place", started * 4999)  -- the threads walk the same ids from different places
  started = started + 1
end

function init(args)
  requests = {}
  if args[1] == "list" then
    requests[1] = wrk.format("GET", "/orders?limit=50")
  else
    for id in io.lines(args[2]) do
      requests[#requests + 1] = wrk.format("GET", "/orders/" .. id)
    end
  end
end

function request()
  place = place % #requests + 1
  return requests[place]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"rate":%.1f,"p50_ms":%.2f,"p99_ms":%.2f,"max_ms":%.2f,"errors":%d}\n',
    summary.requests, summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
