/* The log file of a connection: the whole dialogue with direction and time, without its secrets.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/base/imap-trace.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/imap-secret.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define BLANK "********"
#define MIN_SECRET 4
/* A longer line is not waited for to its end. */
#define RECEIVED_LINE_MAX 65536

struct _ImapTrace
{
  int fd;
  GPtrArray *secrets; /* of utf8: each form that a secret may take on the wire */

  /* A server may echo a secret in two pieces: what could be the beginning of one is kept back
   * until the line is whole. */
  GString *received_line;
};

/* The forms of secrets, for a moment. */
static GPtrArray *
new_forms (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) imap_secret_wipe_text);
}

char *
imap_trace_dup_folder (void)
{
  return g_build_filename (g_get_user_state_dir (), "gimap4d", NULL);
}

ImapTrace *
imap_trace_new (const char *path, GError **error)
{
  g_autofree char *folder = imap_trace_dup_folder ();
  g_autofree char *absolute = g_canonicalize_filename (path, folder);
  g_autofree char *parent = g_path_get_dirname (absolute);
  ImapTrace *trace;
  int fd;

  if (g_mkdir_with_parents (parent, 0700) != 0)
    {
      int code = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
                   _ ("The folder of the log file “%s” cannot be made: %s"), absolute,
                   g_strerror (code));
      return NULL;
    }

  /* A pipe may be read later, slowly or never: nothing waits for that, and it is an error when nobody
   * has opened it. Regular files do not know the flag. */
  fd = open (absolute, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
  if (fd < 0)
    {
      int code = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
                   _ ("The log file “%s” cannot be written: %s"), absolute, g_strerror (code));
      return NULL;
    }

  trace = g_new0 (ImapTrace, 1);
  trace->fd = fd;
  trace->secrets = g_ptr_array_new_with_free_func ((GDestroyNotify) imap_secret_free);
  trace->received_line = g_string_new (NULL);
  imap_trace_note (trace,
                   "Log of one IMAP connection by gimap4d %s. Passwords and tokens are shown "
                   "as " BLANK " on purpose.",
                   PACKAGE_VERSION);

  return trace;
}

/* What stands in base64 for whole groups of a secret, wherever it begins in a group of three. */
static void
add_base64_forms (GPtrArray *secrets, const char *secret)
{
  gsize length = strlen (secret);

  for (gsize shift = 0; shift < 3; shift++)
    {
      g_autofree char *padded = g_malloc0 (shift + length);
      g_autofree char *encoded = NULL;
      gsize begin = (shift * 4 + 2) / 3;
      gsize end = (shift + length) / 3 * 4;

      memcpy (padded + shift, secret, length);
      encoded = g_base64_encode ((const guchar *) padded, shift + length);
      if (end > begin && end - begin >= 6)
        g_ptr_array_add (secrets, g_strndup (encoded + begin, end - begin));
      explicit_bzero (padded, shift + length);
      explicit_bzero (encoded, strlen (encoded));
    }
}

static void
add_hexadecimal_form (GPtrArray *secrets, const char *secret)
{
  static const char digits[] = "0123456789abcdef";
  gsize length = strlen (secret);
  char *form = g_malloc (length * 2 + 1);

  for (gsize i = 0; i < length; i++)
    {
      form[i * 2] = digits[(guchar) secret[i] >> 4];
      form[i * 2 + 1] = digits[secret[i] & 0xf];
    }
  form[length * 2] = '\0';
  g_ptr_array_add (secrets, form);
}

static void
add_forms (GPtrArray *secrets, const char *secret)
{
  /* Blanking each letter that is a password would show the password by its gaps. */
  if (secret == NULL || strlen (secret) < MIN_SECRET)
    return;

  g_ptr_array_add (secrets, g_strdup (secret));
  g_ptr_array_add (secrets, g_uri_escape_string (secret, NULL, FALSE));
  g_ptr_array_add (secrets, g_strescape (secret, NULL));
  add_hexadecimal_form (secrets, secret);
  add_base64_forms (secrets, secret);
}

/* In capitals, too: some servers quote a command so. */
static const char *
find_secret (const char *text, const char *end, const char *secret, gsize length)
{
  char first = g_ascii_tolower (secret[0]);

  for (; end - text >= (gssize) length; text++)
    if (g_ascii_tolower (*text) == first && g_ascii_strncasecmp (text, secret, length) == 0)
      return text;

  return NULL;
}

/* What was found is written anew as a whole: a server can send it as often as a line has room. */
static void
blank_one (GString *text, const char *secret)
{
  gsize length = strlen (secret);
  g_autoptr (GString) blanked = NULL;
  const char *from = text->str;
  const char *end = text->str + text->len;
  const char *at = length > 0 ? find_secret (from, end, secret, length) : NULL;

  if (at == NULL)
    return;

  blanked = g_string_sized_new (text->len);
  for (; at != NULL; at = find_secret (from, end, secret, length))
    {
      g_string_append_len (blanked, from, at - from);
      g_string_append (blanked, BLANK);
      from = at + length;
    }
  g_string_append_len (blanked, from, end - from);

  explicit_bzero (text->str, text->allocated_len);
  g_string_truncate (text, 0);
  g_string_append_len (text, blanked->str, (gssize) blanked->len);
  /* There may be other secrets in it. */
  explicit_bzero (blanked->str, blanked->allocated_len);
}

char *
imap_trace_blank (const char *text, const char *const *secrets)
{
  g_autoptr (GPtrArray) forms = new_forms ();
  GString *blanked = g_string_new (text);

  for (guint i = 0; secrets != NULL && secrets[i] != NULL; i++)
    add_forms (forms, secrets[i]);
  for (guint i = 0; i < forms->len; i++)
    blank_one (blanked, g_ptr_array_index (forms, i));

  return g_string_free (blanked, FALSE);
}

static void
write_all (int fd, const char *data, gsize size)
{
  while (size > 0)
    {
      gssize n = write (fd, data, size);

      if (n < 0 && errno == EINTR)
        continue;
      /* A full disk or pipe costs the log, never the connection. */
      if (n <= 0)
        return;
      data += n;
      size -= n;
    }
}

static void
write_line (ImapTrace *trace, char direction, const char *text, gsize length)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S");
  g_autoptr (GString) line = g_string_new_len (text, length);

  for (guint i = 0; i < trace->secrets->len; i++)
    blank_one (line, g_ptr_array_index (trace->secrets, i));

  {
    g_autofree char *head = g_strdup_printf ("%s.%06dZ %c ", time,
                                             g_date_time_get_microsecond (now), direction);

    g_string_prepend (line, head);
  }
  g_string_append_c (line, '\n');
  write_all (trace->fd, line->str, line->len);
  /* What was taken out of it may still lie behind its end. */
  explicit_bzero (line->str, line->allocated_len);
}

void
imap_trace_free (ImapTrace *trace)
{
  if (trace == NULL)
    return;

  if (trace->received_line->len > 0)
    write_line (trace, '<', trace->received_line->str, trace->received_line->len);

  close (trace->fd);
  g_string_free (trace->received_line, TRUE);
  imap_trace_forget_secrets (trace);
  g_ptr_array_unref (trace->secrets);
  g_free (trace);
}

void
imap_trace_add_secret (ImapTrace *trace, const char *secret)
{
  g_autoptr (GPtrArray) forms = new_forms ();

  if (trace == NULL)
    return;

  /* They stay as long as the connection. */
  add_forms (forms, secret);
  for (guint i = 0; i < forms->len; i++)
    g_ptr_array_add (trace->secrets, imap_secret_dup (g_ptr_array_index (forms, i)));
}

void
imap_trace_forget_secrets (ImapTrace *trace)
{
  if (trace == NULL)
    return;

  g_ptr_array_set_size (trace->secrets, 0);
}

/* One line of the log for each line of the dialogue; the CR is left out. */
static void
write_lines (ImapTrace *trace, char direction, const char *data, gsize size)
{
  while (size > 0)
    {
      const char *end = memchr (data, '\n', size);
      gsize line = end != NULL ? (gsize) (end - data) : size;
      gsize text = line > 0 && data[line - 1] == '\r' ? line - 1 : line;

      write_line (trace, direction, data, text);
      if (end == NULL)
        return;
      data += line + 1;
      size -= line + 1;
    }
}

void
imap_trace_sent (ImapTrace *trace, const void *data, gsize size)
{
  if (trace != NULL)
    write_lines (trace, '>', data, size);
}

void
imap_trace_sent_secret (ImapTrace *trace, gsize size)
{
  if (trace != NULL)
    write_line (trace, '>', BLANK, strlen (BLANK));
}

/* Writes what there is of a long line, but for an end that may be the beginning of a secret. */
static void
write_begun_line (ImapTrace *trace)
{
  GString *line = trace->received_line;
  gsize kept = 0;

  for (guint i = 0; i < trace->secrets->len; i++)
    {
      const char *secret = g_ptr_array_index (trace->secrets, i);

      kept = MAX (kept, strlen (secret));
      blank_one (line, secret);
    }

  kept = MIN (kept, line->len);
  write_line (trace, '<', line->str, line->len - kept);
  g_string_erase (line, 0, line->len - kept);
}

void
imap_trace_received (ImapTrace *trace, const void *data, gsize size)
{
  const char *text = data;
  const char *last;

  if (trace == NULL || size == 0)
    return;

  last = memrchr (text, '\n', size);
  if (last == NULL)
    {
      g_string_append_len (trace->received_line, text, size);
      if (trace->received_line->len >= RECEIVED_LINE_MAX)
        write_begun_line (trace);
      return;
    }

  g_string_append_len (trace->received_line, text, last + 1 - text);
  write_lines (trace, '<', trace->received_line->str, trace->received_line->len);
  g_string_truncate (trace->received_line, 0);
  g_string_append_len (trace->received_line, last + 1, text + size - last - 1);
}

void
imap_trace_note (ImapTrace *trace, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  if (trace == NULL)
    return;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  write_line (trace, '*', text, strlen (text));
}
