// What `Postgres` needs of C: libpq, and epoll behind functions whose arguments Swift can pass as they are
// (`struct epoll_event` is packed and holds a union, which the importer handles badly).
#ifndef COMPTOIR_CLIBPQ_SHIM_H
#define COMPTOIR_CLIBPQ_SHIM_H

#include <errno.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>

enum { COMPTOIR_READABLE = EPOLLIN, COMPTOIR_WRITABLE = EPOLLOUT };

/// Names the calling thread, for `top` and debuggers; 15 bytes are kept.
static inline void comptoir_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

/// Holds partly filled TCP segments back (1) or lets them go at once (0). Without effect on other sockets.
static inline void comptoir_cork(int fd, int on) { setsockopt(fd, IPPROTO_TCP, TCP_CORK, &on, sizeof on); }

static inline int comptoir_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static inline int comptoir_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

/// Watches `fd` for `events` under `id`; changes the watch where one exists. 0, or -1 with errno.
static inline int comptoir_epoll_set(int epoll, int fd, uint32_t events, uint64_t id) {
  struct epoll_event event;
  event.events = events;
  event.data.u64 = id;
  if (epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) == 0) return 0;
  if (errno != ENOENT) return -1;
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static inline int comptoir_epoll_remove(int epoll, int fd) {
  struct epoll_event event = {0};
  return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &event);
}

enum { COMPTOIR_EPOLL_BATCH = 64 };

/// Waits for at most COMPTOIR_EPOLL_BATCH events; ids and masks go to the two arrays. Returns their number, or -1.
static inline int comptoir_epoll_wait(int epoll, uint64_t *ids, uint32_t *masks, int timeout_ms) {
  struct epoll_event events[COMPTOIR_EPOLL_BATCH];
  int count = epoll_wait(epoll, events, COMPTOIR_EPOLL_BATCH, timeout_ms);
  for (int i = 0; i < count; i++) {
    ids[i] = events[i].data.u64;
    masks[i] = events[i].events;
  }
  return count;
}

#endif
