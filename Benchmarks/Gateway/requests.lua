-- wrk's script for the gateway: `wrk … -s requests.lua ADDRESS -- FILE THREADS`, FILE holding a request a line: method, path, token and
-- body, separated by tabs; token and body may be empty. The threads share the lines out and walk theirs again and again.
-- Prints one line `RESULT {json}`. Requests are formatted once, so that the load costs little beside the server.

local started = 0

function setup(thread)
  thread:set("number", started)
  started = started + 1
end

function init(args)
  requests = {}
  place = 0
  local line = 0
  for text in io.lines(args[1]) do
    if line % tonumber(args[2]) == number then
      local method, path, token, body = text:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
      local headers = {}
      if token ~= "" then headers["Authorization"] = "Bearer " .. token end
      if body ~= "" then headers["Content-Type"] = "application/json" end
      requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
    end
    line = line + 1
  end
end

function request()
  place = place % #requests + 1
  return requests[place]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"rate":%.1f,"p50_ms":%.2f,"p90_ms":%.2f,"p99_ms":%.2f,"max_ms":%.2f,"errors":%d}\n',
    summary.requests, summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1e3, latency:percentile(90) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
