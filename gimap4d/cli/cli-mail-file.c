/* The mails in a file: one, or those of an mbox.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-mail-file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-error.h"

/* A line that is longer comes in pieces. */
#define PIECE 65536

struct _CliMailFile
{
  FILE *stream;
  char *shown; /* owned: its name, for people */
  gboolean is_mbox;
  gboolean is_ended;

  char *piece; /* owned */
  gsize length;
  gboolean is_line_start;  /* whether the piece begins a line, */
  gboolean ends_line;      /* and ends one */
  gboolean is_after_empty; /* an empty line, or nothing, comes before it */
  gboolean is_blank_held;  /* an empty line that may be of the mail, or before the next one */
  GDateTime *date;         /* owned, nullable: of the mail that begins */
};

CliMailFile *
cli_mail_file_open (const char *path, gboolean is_mbox, GError **error)
{
  FILE *stream = strcmp (path, "-") == 0 ? stdin : fopen (path, "re");
  int problem = errno;
  g_autofree char *shown = g_filename_display_name (path);
  CliMailFile *file;

  if (stream == NULL)
    {
      g_set_error (error, CLI_ERROR, CLI_EXIT_FAILED, _ ("“%s” cannot be read: %s; check its name"),
                   shown, g_strerror (problem));
      return NULL;
    }
  file = g_new0 (CliMailFile, 1);
  file->stream = stream;
  file->shown = g_steal_pointer (&shown);
  file->is_mbox = is_mbox;
  file->piece = g_malloc (PIECE);
  file->ends_line = TRUE;
  file->is_after_empty = TRUE;

  return file;
}

void
cli_mail_file_close (CliMailFile *file)
{
  if (file->stream != stdin)
    fclose (file->stream);
  g_clear_pointer (&file->date, g_date_time_unref);
  g_free (file->shown);
  g_free (file->piece);
  g_free (file);
}

static gboolean
is_empty_line (CliMailFile *file)
{
  return file->is_line_start && file->ends_line &&
         (file->length == 1 || (file->length == 2 && file->piece[0] == '\r'));
}

/* A line, or a piece of a long one. */
static gboolean
read_piece (CliMailFile *file, GError **error)
{
  int octet = 0;

  file->is_after_empty = file->length == 0 || is_empty_line (file);
  file->is_line_start = file->ends_line;
  file->length = 0;
  while (file->length < PIECE && octet != '\n' && (octet = getc_unlocked (file->stream)) != EOF)
    file->piece[file->length++] = octet;
  file->ends_line = octet == '\n';
  if (!ferror (file->stream))
    {
      file->is_ended = file->length == 0;
      return !file->is_ended;
    }
  g_set_error (error, CLI_ERROR, CLI_EXIT_FAILED, _ ("“%s” cannot be read: %s; check its name"),
               file->shown, g_strerror (errno));
  file->is_ended = TRUE;

  return FALSE;
}

/* asctime () in UTC, as RFC 4155 has it, after the address; others write other things there. */
static GDateTime *
read_date (CliMailFile *file)
{
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  g_autofree char *line = g_strndup (file->piece, MIN (file->length, 1024));
  char month[4];
  const char *found;
  int day, hour, minute, second, year;

  if (sscanf (line, "From %*s %*3s %3[A-Za-z] %d %d:%d:%d %d", month, &day, &hour, &minute, &second,
              &year) != 6)
    return NULL;
  found = strstr (months, month);

  return found != NULL && strlen (month) == 3 && (found - months) % 3 == 0 ?
             g_date_time_new_utc (year, (found - months) / 3 + 1, day, hour, minute, second) :
             NULL;
}

static gboolean
is_from_line (CliMailFile *file)
{
  return file->is_line_start && file->is_after_empty && file->length >= 5 &&
         memcmp (file->piece, "From ", 5) == 0;
}

/* mboxrd: one “>” of each line that is “From ” behind some of them. */
static gsize
count_quoting (CliMailFile *file)
{
  gsize n = 0;

  while (n < file->length && file->piece[n] == '>')
    n++;

  return file->is_line_start && n > 0 && file->length - n >= 5 &&
                 memcmp (file->piece + n, "From ", 5) == 0 ?
             1 :
             0;
}

/* The empty line before the next mail is not of this one. */
static gboolean
take_mbox_piece (CliMailFile *file, CliSpool *mail, GError **error)
{
  gsize quoting = count_quoting (file);

  if (file->is_blank_held && !cli_spool_write (mail, "\n", 1, error))
    return FALSE;
  file->is_blank_held = is_empty_line (file);
  if (file->is_blank_held)
    return TRUE;

  return cli_spool_write (mail, file->piece + quoting, file->length - quoting, error);
}

static gboolean
begin_mbox (CliMailFile *file, GError **error)
{
  if (file->date != NULL || file->length > 0)
    return !file->is_ended;
  if (!read_piece (file, error))
    return FALSE;
  if (is_from_line (file))
    {
      file->date = read_date (file);
      return TRUE;
    }
  g_set_error (error, CLI_ERROR, CLI_EXIT_FAILED,
               _ ("“%s” is no mbox: it does not begin with “From ”; leave --mbox out for a file "
                  "with one mail"),
               file->shown);

  return FALSE;
}

static gboolean
read_mbox (CliMailFile *file, CliSpool *mail, GDateTime **out_date, GError **error)
{
  GError *problem = NULL;

  *out_date = g_steal_pointer (&file->date);
  file->is_blank_held = FALSE;
  while (read_piece (file, &problem))
    {
      if (is_from_line (file))
        {
          file->date = read_date (file);
          return TRUE;
        }
      if (!take_mbox_piece (file, mail, error))
        return FALSE;
    }
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, problem);

  return FALSE;
}

static gboolean
read_whole (CliMailFile *file, CliSpool *mail, GError **error)
{
  GError *problem = NULL;

  while (read_piece (file, &problem))
    if (!cli_spool_write (mail, file->piece, file->length, error))
      return FALSE;
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, problem);

  return FALSE;
}

gboolean
cli_mail_file_next (CliMailFile *file, CliSpool **out_mail, GDateTime **out_date, GError **error)
{
  g_autoptr (CliSpool) mail = NULL;
  g_autoptr (GDateTime) date = NULL;

  if (file->is_ended || (file->is_mbox && !begin_mbox (file, error)))
    return FALSE;
  mail = cli_spool_new (error);
  if (mail == NULL ||
      !(file->is_mbox ? read_mbox (file, mail, &date, error) : read_whole (file, mail, error)))
    return FALSE;
  if (cli_spool_get_size (mail) == 0)
    {
      g_set_error (error, CLI_ERROR, CLI_EXIT_FAILED, _ ("“%s” has a mail without an octet"),
                   file->shown);
      return FALSE;
    }
  *out_mail = g_steal_pointer (&mail);
  *out_date = g_steal_pointer (&date);

  return TRUE;
}
