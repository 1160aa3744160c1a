/* What was fetched already, on the disk: so that it is neither lost nor fetched twice.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-state.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-error.h"
#include "gimap4d/cli/cli-file.h"

/* A line of it for each mail of the largest box that the library takes. */
#define LARGEST_FILE (64 * 1024 * 1024)

#define TITLE "gimap4d 1"

typedef struct
{
  guint first;
  guint last;
} Range;

/* The file: its title, "place URL", "form NAME", "uidvalidity NUMBER"; then, as it goes on, "begin OFFSET
 * LENGTH RANGE…" and "done RANGE…". A last line without its end was cut by a crash and does not count. */
struct _CliState
{
  char *path;     /* owned */
  int fd;         /* locked while it is open */
  GArray *ranges; /* of Range; in order once it is read */
  gint64 begun;   /* -1: nothing */
  gint64 begun_length;
  char *begun_ranges; /* owned, nullable: of the file */

  GArray *added; /* of Range: not in the file yet */
};

static CliState *
new_state (const char *path, int fd)
{
  CliState *state = g_new0 (CliState, 1);

  state->path = g_strdup (path);
  state->fd = fd;
  state->ranges = g_array_new (FALSE, FALSE, sizeof (Range));
  state->added = g_array_new (FALSE, FALSE, sizeof (Range));
  state->begun = -1;

  return state;
}

void
cli_state_free (CliState *state)
{
  close (state->fd);
  g_free (state->path);
  g_free (state->begun_ranges);
  g_array_unref (state->ranges);
  g_array_unref (state->added);
  g_free (state);
}

gboolean
cli_state_is_empty (CliState *state)
{
  return state->ranges->len == 0;
}

static gboolean
refuse (CliState *state, const char *why, GError **error)
{
  g_autofree char *shown = g_filename_display_name (state->path);

  g_set_error (error, CLI_ERROR, CLI_EXIT_FAILED, _ ("“%s” cannot be used: %s"), shown, why);

  return FALSE;
}

static gboolean
append (CliState *state, const char *text, GError **error)
{
  gsize length = strlen (text);

  while (length > 0)
    {
      gssize written = write (state->fd, text, length);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        {
          cli_file_set_error (state->path, errno, error);
          return FALSE;
        }
      text += written;
      length -= written;
    }
  if (fdatasync (state->fd) == 0)
    return TRUE;
  cli_file_set_error (state->path, errno, error);

  return FALSE;
}

static gboolean
read_range (const char *text, Range *out_range)
{
  g_auto (GStrv) ends = g_strsplit (text, ":", 2);
  guint64 first, last;

  if (ends[0] == NULL || !g_ascii_string_to_unsigned (ends[0], 10, 1, G_MAXUINT32, &first, NULL))
    return FALSE;
  last = first;
  if (ends[1] != NULL && !g_ascii_string_to_unsigned (ends[1], 10, first, G_MAXUINT32, &last, NULL))
    return FALSE;
  *out_range = (Range){ first, last };

  return TRUE;
}

static gboolean
read_done (CliState *state, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, ",", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      Range range;

      if (!read_range (words[i], &range))
        return FALSE;
      g_array_append_val (state->ranges, range);
    }
  state->begun = -1;

  return TRUE;
}

static gboolean
read_begin (CliState *state, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", 3);
  guint64 offset, length;

  if (g_strv_length (words) != 3 ||
      !g_ascii_string_to_unsigned (words[0], 10, 0, G_MAXINT64, &offset, NULL) ||
      !g_ascii_string_to_unsigned (words[1], 10, 0, G_MAXINT64 - offset, &length, NULL))
    return FALSE;
  state->begun = offset;
  state->begun_length = length;
  g_free (state->begun_ranges);
  state->begun_ranges = g_strdup (words[2]);

  return TRUE;
}

static gboolean
read_line (CliState *state, const char *line)
{
  if (g_str_has_prefix (line, "done "))
    return read_done (state, line + strlen ("done "));

  return g_str_has_prefix (line, "begin ") && read_begin (state, line + strlen ("begin "));
}

/* The four lines at its head. */
static gboolean
check_head (CliState *state,
            char **lines,
            const char *place,
            const char *form,
            guint uid_validity,
            GError **error)
{
  g_autofree char *place_line = g_strconcat ("place ", place, NULL);
  g_autofree char *form_line = g_strconcat ("form ", form, NULL);
  g_autofree char *validity_line = g_strdup_printf ("uidvalidity %u", uid_validity);

  if (g_strv_length (lines) < 4 || !g_str_equal (lines[0], TITLE))
    return refuse (state, _ ("it is no file of gimap4d; choose another place"), error);
  if (!g_str_equal (lines[1], place_line))
    return refuse (state, _ ("mails of another box are there; choose another place"), error);
  if (!g_str_equal (lines[2], form_line))
    return refuse (state, _ ("mails are there in another form; choose another place"), error);
  if (!g_str_equal (lines[3], validity_line))
    return refuse (state,
                   _ ("the box was made anew on the server, with other ids; fetch it to another "
                      "place"),
                   error);

  return TRUE;
}

static int
compare_ranges (gconstpointer one, gconstpointer other)
{
  const Range *first = one, *second = other;

  return first->first < second->first ? -1 : first->first > second->first;
}

/* In order, each id in one of them. */
static void
merge_ranges (GArray *ranges)
{
  guint n_merged = 0;

  g_array_sort (ranges, compare_ranges);
  for (guint i = 0; i < ranges->len; i++)
    {
      Range next = g_array_index (ranges, Range, i);
      Range *last = n_merged > 0 ? &g_array_index (ranges, Range, n_merged - 1) : NULL;

      if (last != NULL && next.first <= (guint64) last->last + 1)
        last->last = MAX (last->last, next.last);
      else
        g_array_index (ranges, Range, n_merged++) = next;
    }
  g_array_set_size (ranges, n_merged);
}

static gboolean
read_all (CliState *state, char **out_text, gsize *out_length, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char piece[16384];
  gssize length;

  while ((length = read (state->fd, piece, sizeof piece)) != 0)
    {
      if (length < 0 && errno == EINTR)
        continue;
      if (length < 0)
        return refuse (state, g_strerror (errno), error);
      g_string_append_len (text, piece, length);
      if (text->len > LARGEST_FILE)
        return refuse (state, _ ("it is too large"), error);
    }
  *out_length = text->len;
  *out_text = g_string_free (g_steal_pointer (&text), FALSE);

  return TRUE;
}

/* What a crash has left of a line is cut off, so that the next one begins at its start. */
static gboolean
read_file (CliState *state, const char *place, const char *form, guint uid_validity, GError **error)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gsize length, whole;

  if (!read_all (state, &text, &length, error))
    return FALSE;
  whole = length;
  while (whole > 0 && text[whole - 1] != '\n')
    whole--;
  text[whole] = '\0';
  if (whole < length && ftruncate (state->fd, whole) != 0)
    return refuse (state, g_strerror (errno), error);

  lines = g_strsplit (text, "\n", -1);
  if (!check_head (state, lines, place, form, uid_validity, error))
    return FALSE;
  for (guint i = 4; lines[i] != NULL; i++)
    if (*lines[i] != '\0' && !read_line (state, lines[i]))
      return refuse (state, _ ("it is damaged; fetch to another place"), error);
  merge_ranges (state->ranges);

  return TRUE;
}

/* Whole or not at all: a run that is killed here begins anew. Another one may do so at the same time:
 * one of them makes the file. */
static gboolean
make_file (
    const char *path, const char *place, const char *form, guint uid_validity, GError **error)
{
  g_autofree char *temporary = g_strdup_printf ("%s.%08x.new", path, g_random_int ());
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *text = g_strdup_printf (TITLE "\nplace %s\nform %s\nuidvalidity %u\n", place,
                                           form, uid_validity);
  g_autoptr (CliFile) file = cli_file_new (temporary, path, error);

  return file != NULL && cli_file_write (file, text, strlen (text), error) &&
         cli_file_commit (file, FALSE, error) && cli_file_sync_folder (folder, error);
}

CliState *
cli_state_open (
    const char *path, const char *place, const char *form, guint uid_validity, GError **error)
{
  g_autoptr (CliState) state = NULL;
  g_autoptr (GError) problem = NULL;
  int fd;

  if (!g_file_test (path, G_FILE_TEST_EXISTS) &&
      !make_file (path, place, form, uid_validity, &problem) &&
      !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
  fd = g_open (path, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0);
  if (fd < 0)
    {
      cli_file_set_error (path, errno, error);
      return NULL;
    }
  state = new_state (path, fd);
  if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      refuse (state, _ ("another gimap4d is at work there; wait for its end"), error);
      return NULL;
    }
  if (!read_file (state, place, form, uid_validity, error))
    return NULL;

  return g_steal_pointer (&state);
}

gboolean
cli_state_has (CliState *state, guint uid)
{
  guint low = 0, high = state->ranges->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const Range *range = &g_array_index (state->ranges, Range, middle);

      if (uid < range->first)
        high = middle;
      else if (uid > range->last)
        low = middle + 1;
      else
        return TRUE;
    }

  return FALSE;
}

void
cli_state_add (CliState *state, guint uid)
{
  Range *last = state->added->len > 0 ?
                    &g_array_index (state->added, Range, state->added->len - 1) :
                    NULL;
  Range range = { uid, uid };

  if (last != NULL && last->last != G_MAXUINT32 && uid == last->last + 1)
    last->last = uid;
  else
    g_array_append_val (state->added, range);
}

static char *
describe_added (CliState *state)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < state->added->len; i++)
    {
      const Range *range = &g_array_index (state->added, Range, i);

      g_string_append_printf (text, "%s%u", i > 0 ? "," : "", range->first);
      if (range->last > range->first)
        g_string_append_printf (text, ":%u", range->last);
    }

  return g_string_free (text, FALSE);
}

gboolean
cli_state_flush (CliState *state, GError **error)
{
  g_autofree char *ranges = describe_added (state);
  g_autofree char *line = g_strdup_printf ("done %s\n", ranges);

  if (state->added->len == 0)
    return TRUE;
  if (!append (state, line, error))
    return FALSE;
  g_array_set_size (state->added, 0);
  state->begun = -1;

  return TRUE;
}

gint64
cli_state_get_begun (CliState *state, gint64 *out_length)
{
  if (out_length != NULL)
    *out_length = state->begun_length;

  return state->begun;
}

gboolean
cli_state_begin (CliState *state, gint64 offset, gint64 length, GError **error)
{
  g_autofree char *ranges = describe_added (state);
  g_autofree char *line = g_strdup_printf ("begin %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %s\n",
                                           offset, length, ranges);

  state->begun = offset;
  state->begun_length = length;

  return append (state, line, error);
}

gboolean
cli_state_take_begun (CliState *state, GError **error)
{
  g_autofree char *line = g_strdup_printf ("done %s\n", state->begun_ranges);

  if (!append (state, line, error) || !read_done (state, state->begun_ranges))
    return FALSE;
  merge_ranges (state->ranges);

  return TRUE;
}
