// Reads a log table with binary COPY through libpq and nothing else: the bare reader beside which `read.log` is measured.
// Usage: copy_out SECONDS QUERY; the connection comes from libpq's environment variables. Prints: events seconds bytes

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
  if (count != 3) return fprintf(stderr, "usage: copy_out SECONDS QUERY\n"), 2;
  PGconn *connection = PQconnectdb("");
  if (PQstatus(connection) != CONNECTION_OK) return fprintf(stderr, "%s", PQerrorMessage(connection)), 1;
  size_t room = 4096;
  char *statement = malloc(room);
  if (snprintf(statement, room, "copy (%s) to stdout (format binary)", arguments[2]) >= (int)room) return 2;

  long long events = 0, bytes = 0;
  double start = now(), limit = start + atof(arguments[1]);
  do {  // the whole log, again and again until the time is over
    PGresult *answer = PQexec(connection, statement);
    if (PQresultStatus(answer) != PGRES_COPY_OUT) return fprintf(stderr, "%s", PQerrorMessage(connection)), 1;
    PQclear(answer);
    char *row;
    int length;
    long long messages = 0;
    while ((length = PQgetCopyData(connection, &row, 0)) > 0) {
      messages++;
      bytes += length;
      PQfreemem(row);
    }
    answer = PQgetResult(connection);
    if (length != -1 || PQresultStatus(answer) != PGRES_COMMAND_OK) return fprintf(stderr, "%s", PQerrorMessage(connection)), 1;
    events += atoll(PQcmdTuples(answer));
    PQclear(answer);
    while ((answer = PQgetResult(connection))) PQclear(answer);
    if (messages == 0) return fprintf(stderr, "nothing was read\n"), 1;
  } while (now() < limit);
  printf("%lld %.6f %lld\n", events, now() - start, bytes);
  PQfinish(connection);
  return 0;
}
