// What Swift needs to reach GNU readline, and some things of the C library that its own modules hide.
#ifndef DIFFREPL_CREADLINE_SHIM_H
#define DIFFREPL_CREADLINE_SHIM_H

// readline's headers use FILE without including this.
#include <stdio.h>

#include <readline/history.h>
#include <readline/readline.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <wchar.h>

// readline is driven through its variables, which Swift 6 refuses as unprotected shared state.
// Declaring again just those in use lets them through one by one; only the main thread, in
// ReadlineReader.swift, touches them.
#define DR_MAIN_THREAD_ONLY __attribute__((swift_attr("nonisolated(unsafe)")))

extern const char *rl_readline_name DR_MAIN_THREAD_ONLY;
extern char *rl_line_buffer DR_MAIN_THREAD_ONLY;
extern int rl_point DR_MAIN_THREAD_ONLY;
extern int rl_end DR_MAIN_THREAD_ONLY;
extern int rl_catch_signals DR_MAIN_THREAD_ONLY;
extern int rl_catch_sigwinch DR_MAIN_THREAD_ONLY;
extern int rl_attempted_completion_over DR_MAIN_THREAD_ONLY;
extern int rl_completion_append_character DR_MAIN_THREAD_ONLY;
extern rl_getc_func_t *rl_getc_function DR_MAIN_THREAD_ONLY;
extern rl_cpvfunc_t *rl_completion_word_break_hook DR_MAIN_THREAD_ONLY;
extern rl_completion_func_t *rl_attempted_completion_function DR_MAIN_THREAD_ONLY;

// The standard streams are variables too.
static inline FILE *dr_stdout(void) { return stdout; }
static inline FILE *dr_stderr(void) { return stderr; }

// The handler sits in a union whose Swift spelling differs from system to system. No flags:
// without SA_RESTART a signal ends the system call that waits for input.
static inline int dr_set_handler(int signal, void (*handler)(int)) {
  struct sigaction action = {0};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  return sigaction(signal, &action, NULL);
}

// Their names are of enumeration types on one system and numbers on another.
static inline int dr_limit_address_space(const struct rlimit *limit) {
  return setrlimit(RLIMIT_AS, limit);
}

static inline int dr_set_real_timer(const struct itimerval *timer) {
  return setitimer(ITIMER_REAL, timer, NULL);
}

static inline int dr_is_ignored(int signal) {
  struct sigaction action;
  return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

#endif
