/* The log file: whole, private, without secrets.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/base/imap-trace.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *
read_and_remove (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *content = NULL;

  g_file_get_contents (path, &content, NULL, &error);
  g_assert_no_error (error);
  g_unlink (path);

  return content;
}

static void
test_relative_path (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = imap_trace_dup_folder ();
  g_autofree char *path = g_build_filename (folder, "sub", "log.txt", NULL);
  g_autofree char *content = NULL;
  struct stat info;
  ImapTrace *trace = imap_trace_new ("sub/log.txt", &error);

  g_assert_no_error (error);
  imap_trace_sent (trace, "A1 NOOP\r\n", 9);
  imap_trace_received (trace, "A1 O", 4);
  imap_trace_received (trace, "K done\r\n", 8);
  imap_trace_free (trace);

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  content = read_and_remove (path);
  g_assert_nonnull (strstr (content, "Z > A1 NOOP\n"));
  g_assert_nonnull (strstr (content, "Z < A1 OK done\n"));
  g_assert_nonnull (strstr (content, "on purpose"));
}

static void
test_secrets (void)
{
  static const char *const secret = "CANARY-päss word";
  static const char *const prefixes[] = { "", "x", "xy", "xyz" };
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = imap_trace_dup_folder ();
  g_autofree char *path = g_build_filename (folder, "secrets.txt", NULL);
  g_autofree char *content = NULL;
  ImapTrace *trace = imap_trace_new ("secrets.txt", &error);

  g_assert_no_error (error);
  imap_trace_add_secret (trace, secret);
  imap_trace_sent (trace, "A1 LOGIN bob \"CANARY-päss word\"\r\n", 35);
  imap_trace_received (trace, "A1 BAD CANARY-", 14);
  imap_trace_received (trace, "päss word\r\n", 12);
  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      g_autofree char *plain = g_strconcat (prefixes[i], secret, NULL);
      g_autofree char *encoded = g_base64_encode ((const guchar *) plain, strlen (plain));

      imap_trace_sent (trace, encoded, strlen (encoded));
      imap_trace_note (trace, "%s", encoded);
    }
  imap_trace_free (trace);

  content = read_and_remove (path);
  g_assert_null (strstr (content, "CANARY"));
  g_assert_null (strstr (content, "Q0FOQVJZ"));
  g_assert_null (strstr (content, "NBTkFSWS"));
  g_assert_null (strstr (content, "DQU5BUlkt"));
}

/* Servers that quote what they do not understand in capitals, or as a dump. */
static void
test_quoted_secret (void)
{
  static const char *const secrets[] = { "CANARY-pass", NULL };
  static const struct
  {
    const char *said;
    const char *shown;
  } cases[] = {
    { "bad LOGIN BOB CANARY-PASS!", "bad LOGIN BOB ********!" },
    { "canary-pass canary", "******** canary" },
    { "43414e4152592d70617373", "********" },
    { "0043414E4152592D706173730D", "00********0D" },
    { "CANARY-pas", "CANARY-pas" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *shown = imap_trace_blank (cases[i].said, secrets);

      g_assert_cmpstr (shown, ==, cases[i].shown);
    }
}

/* A line without end is written in pieces: no piece ends within a secret. */
static void
test_cut_secret (void)
{
  for (gsize before = 65520; before <= 65536; before++)
    {
      g_autofree char *folder = imap_trace_dup_folder ();
      g_autofree char *path = g_build_filename (folder, "cut.txt", NULL);
      g_autofree char *content = NULL;
      g_autofree char *filling = g_strnfill (before, 'x');
      ImapTrace *trace = imap_trace_new ("cut.txt", NULL);

      imap_trace_add_secret (trace, "CANARY-secret");
      imap_trace_received (trace, filling, before);
      imap_trace_received (trace, "CANARY-", 7);
      imap_trace_received (trace, "secret", 6);
      imap_trace_received (trace, "end\r\n", 5);
      imap_trace_free (trace);
      content = read_and_remove (path);
      g_assert_null (strstr (content, "CANARY"));
      g_assert_null (strstr (content, "secret"));
      g_assert_nonnull (strstr (content, "end"));
    }
}

static void
test_unwritable (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (imap_trace_new ("/proc/no/such/log.txt", &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "/proc/no/such"));
}

/* A connection never waits for who reads its log: not until he comes, and not when he is slow. */
static void
test_pipe (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = imap_trace_dup_folder ();
  g_autofree char *path = g_build_filename (folder, "pipe", NULL);
  g_autofree char *text = g_strnfill (1 << 20, 'x');
  char begun[4] = "";
  ImapTrace *trace;
  int reader;

  /* As GSocket has it, and with it each program that connects. */
  signal (SIGPIPE, SIG_IGN);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  g_assert_null (imap_trace_new (path, &error));
  g_assert_nonnull (strstr (error->message, path));
  g_clear_error (&error);

  reader = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  g_assert_cmpint (reader, >=, 0);
  trace = imap_trace_new (path, &error);
  g_assert_no_error (error);
  imap_trace_sent (trace, text, 1 << 20);
  g_assert_cmpint (read (reader, begun, 4), ==, 4);
  g_assert_cmpmem (begun, 2, "20", 2);

  /* He goes, and takes nobody with him. */
  close (reader);
  imap_trace_sent (trace, "A1 NOOP\r\n", 9);
  imap_trace_free (trace);
  g_unlink (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/trace/relative-path", test_relative_path);
  g_test_add_func ("/trace/secrets", test_secrets);
  g_test_add_func ("/trace/quoted-secret", test_quoted_secret);
  g_test_add_func ("/trace/cut-secret", test_cut_secret);
  g_test_add_func ("/trace/unwritable", test_unwritable);
  g_test_add_func ("/trace/pipe", test_pipe);

  return g_test_run ();
}
