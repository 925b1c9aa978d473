// What `Redis` needs of C: hiredis (0.14 and later), and the two system calls by which its thread sleeps and is woken.
#ifndef COMPTOIR_CHIREDIS_SHIM_H
#define COMPTOIR_CHIREDIS_SHIM_H

#include <errno.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/// Names the calling thread, for `top` and debuggers; 15 bytes are kept.
static inline void comptoir_redis_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

static inline int comptoir_redis_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

/// What a connection attempt came to: 0, or an errno.
static inline int comptoir_redis_socket_error(int fd) {
  int error = 0;
  socklen_t length = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

#endif
