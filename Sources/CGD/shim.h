// What `ImageResizing` needs of C: libgd, silent. Its usual handler of errors writes what it thinks of a damaged file to the standard error.
#ifndef COMPTOIR_CGD_SHIM_H
#define COMPTOIR_CGD_SHIM_H

#include <stdarg.h>

#include <gd.h>

static void comptoir_gd_say_nothing(int priority, const char *format, va_list arguments) {
  (void)priority;
  (void)format;
  (void)arguments;
}

static inline void comptoir_gd_silence(void) { gdSetErrorMethod(comptoir_gd_say_nothing); }

#endif
