/* The client while calls of the system fail: each once, all in halves, or all from some moment on.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "fault-test.h"

#include <errno.h>
#include <netdb.h>
#include <sys/resource.h>
#include <unistd.h>

/* No conversation has as many calls. */
#define MOST_CALLS 5000
#define SEEDS 3
#define SEEDS_SLOW 50

static const FaultShim *shim;

typedef struct
{
  const char *calls;
  int errors[4];
} Fault;

/* What the kernel may say. */
static const Fault faults[] = {
  { "connect", { ECONNREFUSED, ENETUNREACH, ETIMEDOUT, EADDRNOTAVAIL } },
  { "socket", { EMFILE, ENFILE, ENOBUFS, ENOMEM } },
  { "send", { EPIPE, ECONNRESET, ENOBUFS, EHOSTUNREACH } },
  { "recv", { ECONNRESET, ETIMEDOUT, ENOMEM, EHOSTUNREACH } },
  { "read", { EIO } },
  { "write", { EIO, ENOSPC } },
  { "poll", { ENOMEM, EINTR } },
  { "getaddrinfo", { EAI_AGAIN, EAI_NONAME, EAI_MEMORY, EAI_SYSTEM } },
  { "setsockopt", { ENOPROTOOPT, EINVAL, ENOMEM } },
  { "eventfd", { EMFILE, ENOMEM } },
  { "open", { EMFILE, EACCES, EIO } },
  { "mmap", { ENOMEM } },
  { "malloc", { ENOMEM } },
};

/* GLib says it, and goes on. */
static gboolean
is_fatal_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
  return strstr (message, "poll(2) failed") == NULL;
}

static void
log_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
  if (is_fatal_cb (domain, level, message, user_data))
    g_log_default_handler (domain, level, message, user_data);
}

/* Descriptors are closed in the I/O thread, some time after the call. @n_before: how many there may be;
 * less when some were still to be closed as they were counted. */
static void
assert_descriptors (guint *n_before)
{
  guint n = fault_test_count_descriptors ();

  for (guint i = 0; n > *n_before && i < 1000; i++)
    {
      g_usleep (5000);
      n = fault_test_count_descriptors ();
    }
  g_assert_cmpuint (n, <=, *n_before);
  *n_before = n;
}

/* What comes out without faults. */
static char *
converse_well (const Conversation *conversation, FaultPeer *peer)
{
  g_autoptr (GError) error = NULL;
  char *result = fault_test_converse (conversation, peer, &error);

  g_assert_no_error (error);

  return result;
}

static void
assert_as_well_or_clean (const Conversation *conversation,
                         const char *result,
                         const char *expected,
                         const GError *error)
{
  if (result == NULL)
    fault_test_assert_clean (error, conversation);
  else
    g_assert_cmpstr (result, ==, expected);
}

/* Returns: whether the conversation came to the call that was to fail. */
static gboolean
fail_once (const Conversation *conversation,
           FaultPeer *peer,
           const char *calls,
           guint n,
           int code,
           const char *expected)
{
  g_autofree char *result = NULL;
  g_autoptr (GError) error = NULL;
  guint n_hit;

  shim->arm (FAULT_NTH, calls, n, code, 0);
  result = fault_test_converse (conversation, peer, &error);
  n_hit = shim->disarm ();

  if (result == NULL && n_hit == 0)
    g_assert_no_error (error);
  assert_as_well_or_clean (conversation, result, expected, error);
  g_test_message ("%s %u: %s", calls, n, error != NULL ? error->message : "did not matter");

  return n_hit > 0;
}

static void
torture (const Conversation *conversation, const Fault *fault, int code)
{
  g_autoptr (FaultPeer) peer = fault_peer_new (conversation->script);
  g_autofree char *expected = converse_well (conversation, peer);
  guint n_before = fault_test_count_descriptors ();

  for (guint n = 1; fail_once (conversation, peer, fault->calls, n, code, expected);
       n += fault_test_get_step (n))
    {
      g_autofree char *afterwards = converse_well (conversation, peer);

      g_assert_cmpstr (afterwards, ==, expected);
      assert_descriptors (&n_before);
      g_assert_cmpuint (n, <, MOST_CALLS);
    }
}

static guint
count_errors (const Fault *fault)
{
  guint n = 0;

  while (n < G_N_ELEMENTS (fault->errors) && fault->errors[n] != 0)
    n++;

  return n;
}

/* A sample has one error for each conversation. */
static void
test_torture (gconstpointer data)
{
  const Fault *fault = data;
  guint n_errors = count_errors (fault);

  g_test_log_set_fatal_handler (is_fatal_cb, NULL);
  for (const Conversation *conversation = fault_test_conversations; conversation->name != NULL;
       conversation++)
    {
      guint first = (guint) g_test_rand_int_range (0, (gint32) n_errors);

      for (guint i = 0; i < (g_test_slow () ? n_errors : 1); i++)
        torture (conversation, fault, fault->errors[(first + i) % n_errors]);
    }
}

static void
test_halves (gconstpointer data)
{
  const Conversation *conversation = data;
  g_autoptr (FaultPeer) peer = fault_peer_new (conversation->script);
  g_autofree char *expected = converse_well (conversation, peer);
  guint n_seeds = g_test_slow () ? SEEDS_SLOW : SEEDS;

  for (guint i = 0; i <= n_seeds; i++)
    {
      guint seed = (guint) g_test_rand_int ();
      g_autofree char *result = NULL;

      g_test_message ("seed %u", seed);
      shim->arm (i == 0 ? FAULT_SHORT : FAULT_AGAIN, "all", 0, 0, seed);
      result = converse_well (conversation, peer);
      g_assert_cmpuint (shim->disarm (), >, 10);
      g_assert_cmpstr (result, ==, expected);
    }
}

/* The number that the next one gets, below which no new one can be had. */
static rlim_t
find_free_descriptor (void)
{
  int descriptor = dup (STDERR_FILENO);

  g_assert_cmpint (descriptor, >, 0);
  close (descriptor);

  return (rlim_t) descriptor;
}

/* Returns: the limit that there was. */
static rlim_t
limit_descriptors (rlim_t most)
{
  struct rlimit limit;
  rlim_t before;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  before = limit.rlim_cur;
  limit.rlim_cur = most;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);

  return before;
}

/* Room for none more, for one more, and so on until the conversation goes well. */
static void
test_descriptors (gconstpointer data)
{
  const Conversation *conversation = data;
  g_autoptr (FaultPeer) peer = fault_peer_new (conversation->script);
  g_autofree char *expected = converse_well (conversation, peer);
  gboolean is_well = FALSE;
  guint n_before = fault_test_count_descriptors ();

  for (guint room = 0; !is_well && room < 20; room++)
    {
      rlim_t before = limit_descriptors (find_free_descriptor () + room);
      g_autoptr (GError) error = NULL;
      g_autofree char *result = fault_test_converse (conversation, peer, &error);

      limit_descriptors (before);
      assert_as_well_or_clean (conversation, result, expected, error);
      g_test_message ("%u: %s", room, error != NULL ? error->message : "enough");
      assert_descriptors (&n_before);
      is_well = result != NULL;
    }
  g_assert_true (is_well);
}

/* Its allocator is not that of the shim; it reserves more addresses than there are, and ends the program
 * when it gets no more. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SANITIZER TRUE
#else
#define HAS_SANITIZER FALSE
#endif

/* Memory for a literal that grows as it comes: when there is no more, the call says so. */
static void
test_memory (gconstpointer data)
{
  const Conversation *conversation = data;
  g_autoptr (FaultPeer) peer = fault_peer_new (conversation->script);
  g_autofree char *expected = converse_well (conversation, peer);
  guint n_failed = 0;
  guint n_hit = 1;

  if (HAS_SANITIZER)
    {
      g_test_skip ("a sanitizer has an allocator of its own");
      return;
    }
  for (guint n = 1; n_hit > 0; n++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *result = NULL;

      shim->arm (FAULT_NTH, "malloc", n, ENOMEM, 0);
      result = fault_test_converse (conversation, peer, &error);
      n_hit = shim->disarm ();

      if (n_hit == 0 || result != NULL)
        continue;
      g_test_message ("%u: %s", n, error->message);
      fault_test_assert_clean (error, conversation);
      n_failed += g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_LARGE);
    }
  g_assert_cmpuint (n_failed, >, 3);
}

/* Bytes of this process's addresses. */
static rlim_t
get_address_space (void)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));

  return (rlim_t) g_ascii_strtoull (text, NULL, 10) * (rlim_t) sysconf (_SC_PAGESIZE);
}

/* A server that sends more than there is memory for, which is less than the limits of the library. */
static void
test_huge (gconstpointer data)
{
  const Conversation *conversation = data;
  g_autoptr (FaultPeer) peer = fault_peer_new (conversation->script);
  g_autoptr (FaultPeer) other = fault_peer_new (fault_test_large.script);
  g_autofree char *expected = converse_well (&fault_test_large, other);
  g_autofree char *afterwards = NULL;
  g_autofree char *result = NULL;
  g_autoptr (GError) error = NULL;
  struct rlimit before;
  struct rlimit small;

  if (HAS_SANITIZER)
    {
      g_test_skip ("a sanitizer cannot do with fewer addresses");
      return;
    }
  g_assert_cmpint (getrlimit (RLIMIT_AS, &before), ==, 0);
  small = before;
  small.rlim_cur = get_address_space () + 64 * 1024 * 1024;
  g_assert_cmpint (setrlimit (RLIMIT_AS, &small), ==, 0);
  result = fault_test_converse (conversation, peer, &error);
  g_assert_null (result);
  fault_test_assert_clean (error, conversation);
  g_test_message ("%s", error->message);
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_LARGE);

  /* There is enough for what is smaller. */
  afterwards = converse_well (&fault_test_large, other);
  g_assert_cmpstr (afterwards, ==, expected);
  g_assert_cmpint (setrlimit (RLIMIT_AS, &before), ==, 0);
}

/* What is made once for all connections, the first time. */
static void
test_first (gconstpointer data)
{
  const Conversation *conversation = data;
  g_autoptr (FaultPeer) peer = fault_peer_new (conversation->script);
  rlim_t before = limit_descriptors (find_free_descriptor ());
  g_autoptr (GError) error = NULL;
  g_autofree char *result = fault_test_converse (conversation, peer, &error);
  g_autofree char *afterwards = NULL;

  limit_descriptors (before);
  g_assert_null (result);
  fault_test_assert_clean (error, conversation);
  afterwards = converse_well (conversation, peer);
  g_assert_nonnull (afterwards);
}

static void
add (const char *row, const char *name, GTestDataFunc func, gconstpointer data)
{
  g_autofree char *path = g_strdup_printf ("/faults/imap/%s/%s", row, name);

  g_test_add_data_func (path, data, func);
}

int
main (int argc, char **argv)
{
  int result;

  fault_test_begin_peers ();
  g_test_init (&argc, &argv, NULL);
  g_log_set_handler ("GLib", G_LOG_LEVEL_WARNING | G_LOG_FLAG_FATAL, log_cb, NULL);
  /* A program that cannot have one is over before it has a transporter. */
  g_main_context_default ();
  shim = fault_test_find_shim ();
  g_assert_nonnull (shim);

  add ("R13-no-descriptors", "first", test_first, &fault_test_conversations[0]);

  for (const Conversation *conversation = fault_test_conversations; conversation->name != NULL;
       conversation++)
    {
      add ("R11-short-and-again", conversation->name, test_halves, conversation);
      add ("R13-no-descriptors", conversation->name, test_descriptors, conversation);
    }
  add ("R13-no-memory", "huge", test_huge, &fault_test_huge);
  add ("R12-each-call-once", "memory", test_memory, &fault_test_large);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    add ("R12-each-call-once", faults[i].calls, test_torture, &faults[i]);

  result = g_test_run ();
  fault_test_end_peers ();

  return result;
}
