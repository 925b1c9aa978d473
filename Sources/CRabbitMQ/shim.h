// What `RabbitMQ` needs of C: librabbitmq, with fixed arguments where it takes a variable list, and the few socket calls of its thread.
#ifndef COMPTOIR_CRABBITMQ_SHIM_H
#define COMPTOIR_CRABBITMQ_SHIM_H

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>

/// Names the calling thread, for `top` and debuggers; 15 bytes are kept.
static inline void comptoir_amqp_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

static inline int comptoir_amqp_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

static inline struct timeval comptoir_amqp_time(int64_t milliseconds) {
  struct timeval time = {milliseconds / 1000, (milliseconds % 1000) * 1000};
  return time;
}

static inline int comptoir_amqp_open(amqp_socket_t *socket, const char *host, int port, int64_t timeout_ms) {
  struct timeval time = comptoir_amqp_time(timeout_ms);
  return amqp_socket_open_noblock(socket, host, port, &time);
}

static inline void comptoir_amqp_set_timeouts(amqp_connection_state_t state, int64_t handshake_ms, int64_t rpc_ms) {
  struct timeval handshake = comptoir_amqp_time(handshake_ms), rpc = comptoir_amqp_time(rpc_ms);
  amqp_set_handshake_timeout(state, &handshake);
  amqp_set_rpc_timeout(state, &rpc);
}

static inline amqp_rpc_reply_t comptoir_amqp_login(
    amqp_connection_state_t state, const char *virtual_host, int heartbeat, const amqp_table_t *properties, const char *user,
    const char *password) {
  return amqp_login_with_properties(
      state, virtual_host, AMQP_DEFAULT_MAX_CHANNELS, AMQP_DEFAULT_FRAME_SIZE, heartbeat, properties, AMQP_SASL_METHOD_PLAIN, user,
      password);
}

/// The next frame that is here already; AMQP_STATUS_TIMEOUT for none. Also sends and judges heartbeats.
static inline int comptoir_amqp_next_frame(amqp_connection_state_t state, amqp_frame_t *frame) {
  struct timeval none = {0, 0};
  return amqp_simple_wait_frame_noblock(state, frame, &none);
}

/// What librabbitmq leaves to the system: room for a burst, and an end for a peer that is gone without a word.
static inline void comptoir_amqp_tune_socket(int fd, int send_buffer, int user_timeout_ms) {
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout_ms, sizeof user_timeout_ms);
}

/// Holds partly filled TCP segments back (1) or lets them go at once (0).
static inline void comptoir_amqp_cork(int fd, int on) { setsockopt(fd, IPPROTO_TCP, TCP_CORK, &on, sizeof on); }

/// Whether a good part of the socket's send buffer is free.
static inline int comptoir_amqp_writable(int fd) {
  struct pollfd entry = {fd, POLLOUT, 0};
  return poll(&entry, 1, 0) == 1;
}

/// Waits for the socket (-1 for none) or the eventfd, which it empties. -1 milliseconds: without end.
static inline void comptoir_amqp_wait(int fd, int wants_write, int wake, int timeout_ms) {
  struct pollfd entries[2] = {{wake, POLLIN, 0}, {fd, (short)(POLLIN | (wants_write ? POLLOUT : 0)), 0}};
  if (poll(entries, 2, timeout_ms) > 0 && entries[0].revents) {
    eventfd_t counter;
    eventfd_read(wake, &counter);
  }
}

#endif
