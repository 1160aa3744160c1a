/* A large mail goes up and comes down again in little memory.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "live-test.h"

#include <string.h>

#define MIB (1024 * 1024)
/* As encoded; what may be held of it is a fraction, and does not depend on it. */
#define MAIL_SIZE (48 * MIB)
#define HELD_SIZE (12 * MIB)

/* 57 octets are a line of base64. */
#define LINE "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8AESIzRFVmd4iZqrvM3e7/ABEiM0RVZneI\r\n"

static const char head[] = "From: somebody@example.org\r\nSubject: large\r\nMIME-Version: 1.0\r\n"
                           "Content-Type: application/octet-stream; name=\"large.bin\"\r\n"
                           "Content-Transfer-Encoding: base64\r\n\r\n";

/* A mail that is never in memory: its head, then the same line again and again. */
#define TYPE_LARGE_MAIL (large_mail_get_type ())
G_DECLARE_FINAL_TYPE (LargeMail, large_mail, LARGE, MAIL, GInputStream)

struct _LargeMail
{
  GInputStream parent_instance;

  gsize at;
};

G_DEFINE_FINAL_TYPE (LargeMail, large_mail, G_TYPE_INPUT_STREAM)

static guint
get_n_lines (void)
{
  return (MAIL_SIZE - strlen (head)) / strlen (LINE);
}

static gsize
get_size (void)
{
  return strlen (head) + (gsize) get_n_lines () * strlen (LINE);
}

static gssize
large_mail_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  LargeMail *self = LARGE_MAIL (stream);
  const char *from = LINE;
  gsize n = strlen (LINE);
  gsize within = self->at < strlen (head) ? self->at : (self->at - strlen (head)) % n;

  if (self->at == get_size ())
    return 0;
  if (self->at < strlen (head))
    {
      from = head;
      n = strlen (head);
    }
  n = MIN (n - within, count);
  memcpy (buffer, from + within, n);
  self->at += n;

  return n;
}

static void
large_mail_class_init (LargeMailClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = large_mail_read;
}

static void
large_mail_init (LargeMail *self)
{
}

/* Resident memory of this process. */
static gsize
get_resident (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  words = g_strsplit (text, " ", 3);

  return g_ascii_strtoull (words[1], NULL, 10) * 4096;
}

/* Reads to the end, and compares with @line again and again. Returns how many octets came. */
static gsize
read_all (GInputStream *stream, gsize skipped, const guint8 *line, gsize line_size)
{
  g_autofree guint8 *buffer = g_malloc (line_size * 1024);
  gsize resident = get_resident ();
  gsize total = 0;
  gsize n;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_input_stream_skip (stream, skipped, NULL, NULL), ==, skipped);
  while (g_input_stream_read_all (stream, buffer, line_size * 1024, &n, NULL, &error) && n > 0)
    {
      for (gsize at = 0; at < n; at += line_size)
        g_assert_cmpmem (buffer + at, MIN (line_size, n - at), line, line_size);
      total += n;
      g_assert_cmpuint (get_resident (), <, resident + HELD_SIZE);
    }
  g_assert_no_error (error);

  return total;
}

static void
test_large_mail (void)
{
  g_autoptr (GImapTransporter) transporter = live_test_new_selected ("Sent");
  g_autoptr (GInputStream) mail = g_object_new (TYPE_LARGE_MAIL, NULL);
  g_autoptr (GInputStream) mime = NULL;
  g_autoptr (GInputStream) part = NULL;
  g_autoptr (GImapMessageSet) ids = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  g_autofree guint8 *decoded = NULL;
  gsize resident, decoded_size;

#ifdef __SANITIZE_ADDRESS__
  g_test_skip ("the sanitizer keeps what was freed");
  return;
#endif

  live_test_count (transporter, "ALL");
  resident = get_resident ();
  ids = g_imap_transporter_append_stream (transporter, mail, get_size (), "Sent", NULL, NULL, NULL,
                                          &error);
  g_assert_no_error (error);
  g_assert_cmpuint (get_resident (), <, resident + HELD_SIZE);
  id = g_imap_message_set_get_id (ids, 0);

  mime = g_imap_transporter_open_mime (transporter, id, FALSE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (read_all (mime, strlen (head), (const guint8 *) LINE, strlen (LINE)), ==,
                    get_size () - strlen (head));

  decoded = g_base64_decode (LINE, &decoded_size);
  part = g_imap_transporter_open_part (transporter, id, "1", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (read_all (part, 0, decoded, decoded_size), ==, decoded_size * get_n_lines ());
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memory/large-mail", test_large_mail);

  return g_test_run ();
}
