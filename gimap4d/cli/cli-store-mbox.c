/* All mails in one file: mbox, with its lines “From ” quoted as mboxrd does.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-error.h"
#include "gimap4d/cli/cli-file.h"
#include "gimap4d/cli/cli-line-ends.h"
#include "gimap4d/cli/cli-mailbox.h"
#include "gimap4d/cli/cli-store.h"

/* A group of mails is put together in a file of its own, and goes into the mbox at once, while that is
 * locked: other programs may add to it before and after. */
#define GROUP_COUNT 64
#define GROUP_SIZE (16 * 1024 * 1024)

#define PIECE 65536

typedef struct
{
  CliStore parent;

  char *path;     /* owned */
  int group;      /* a file without a name */
  gint64 end;     /* in it: where the last whole mail ends */
  gint64 written; /* where it ends */
  guint n_grouped;
  gint64 seen; /* how large the mbox was when we let go of it */

  guint uid;
  CliMboxQuoter quoter;
} MboxStore;

static gboolean
fail (MboxStore *store, GError **error)
{
  cli_file_set_error (store->path, errno, error);

  return FALSE;
}

static gboolean
refuse (MboxStore *store, const char *why, GError **error)
{
  g_autofree char *shown = g_filename_display_name (store->path);

  g_set_error (error, CLI_ERROR, CLI_EXIT_FAILED, _ ("“%s” cannot be used: %s"), shown, why);

  return FALSE;
}

static gboolean
write_at (int fd, const char *octets, gsize length, gint64 offset)
{
  while (length > 0)
    {
      gssize written = pwrite (fd, octets, length, offset);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return FALSE;
      octets += written;
      length -= written;
      offset += written;
    }

  return TRUE;
}

/* As many as there are until the end. */
static gssize
read_at (int fd, char *octets, gsize length, gint64 offset)
{
  gsize have = 0;

  while (have < length)
    {
      gssize got = pread (fd, octets + have, length - have, offset + have);

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return -1;
      if (got == 0)
        break;
      have += got;
    }

  return have;
}

static gboolean
put (MboxStore *store, const char *octets, gsize length, GError **error)
{
  if (!write_at (store->group, octets, length, store->written))
    return fail (store, error);
  store->written += length;

  return TRUE;
}

/* An address without blanks, as programs expect it there. */
static char *
make_sender (GEmail *mail)
{
  g_autoptr (GEmailAddress) first = g_list_model_get_item (g_email_get_from (mail), 0);
  const char *email = first != NULL ? g_email_address_get_email (first) : NULL;

  if (email == NULL || *email == '\0')
    return g_strdup ("MAILER-DAEMON");
  for (const char *p = email; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      return g_strdup ("MAILER-DAEMON");

  return g_strdup (email);
}

/* RFC 4155: UTC, as asctime () writes it, in no language. */
static char *
make_from_line (GEmail *mail)
{
  static const char days[] = "MonTueWedThuFriSatSun";
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  g_autofree char *sender = make_sender (mail);
  GDateTime *received = g_email_get_received_at (mail);
  g_autoptr (GDateTime) date = received != NULL ? g_date_time_to_utc (received) :
                                                  g_date_time_new_from_unix_utc (0);

  return g_strdup_printf ("From %s %.3s %.3s %2d %02d:%02d:%02d %04d\n", sender,
                          days + 3 * (g_date_time_get_day_of_week (date) - 1),
                          months + 3 * (g_date_time_get_month (date) - 1),
                          g_date_time_get_day_of_month (date), g_date_time_get_hour (date),
                          g_date_time_get_minute (date), g_date_time_get_second (date),
                          g_date_time_get_year (date));
}

static gboolean
mbox_begin (CliStore *base, GEmail *mail, guint uid, GError **error)
{
  MboxStore *store = (MboxStore *) base;
  g_autofree char *line = make_from_line (mail);

  store->uid = uid;
  cli_mbox_quoter_init (&store->quoter);

  return put (store, line, strlen (line), error);
}

static gboolean
mbox_write (CliStore *base, const char *octets, gsize length, GError **error)
{
  MboxStore *store = (MboxStore *) base;
  g_autoptr (GString) lines = g_string_sized_new (length + length / 32);

  cli_mbox_quoter_convert (&store->quoter, octets, length, lines);

  return put (store, lines->str, lines->len, error);
}

/* What another program has added last may lack the empty line, or the end of its last one. */
static const char *
get_separator (int fd, gint64 size)
{
  char last[2] = "";
  gssize length = read_at (fd, last, sizeof last, MAX (0, size - 2));

  if (length < 1)
    return "";
  if (last[length - 1] != '\n')
    return "\n\n";

  return length == 2 && last[0] != '\n' ? "\n" : "";
}

static gboolean
copy_group (MboxStore *store, int fd, gint64 offset, GError **error)
{
  g_autofree char *piece = g_malloc (PIECE);

  for (gint64 done = 0; done < store->end;)
    {
      gssize length = read_at (store->group, piece, MIN (PIECE, store->end - done), done);

      if (length <= 0 || !write_at (fd, piece, length, offset + done))
        return fail (store, error);
      done += length;
    }

  return fdatasync (fd) == 0 || fail (store, error);
}

/* The mbox has its new length before it has what is new. So what a run that is killed has not written
 * is known by its octets, which are 0, also when another program adds something behind it. */
static gboolean
write_group (MboxStore *store, int fd, gint64 start, GError **error)
{
  const char *separator = get_separator (fd, start);
  gint64 offset = start + strlen (separator);
  struct stat facts;

  if (!cli_state_begin (store->parent.state, start, offset + store->end - start, error))
    return FALSE;
  if (ftruncate (fd, offset + store->end) != 0 ||
      !write_at (fd, separator, strlen (separator), start))
    return fail (store, error);
  if (!copy_group (store, fd, offset, error))
    return FALSE;
  if (fstat (fd, &facts) != 0)
    return fail (store, error);
  store->seen = offset + store->end;
  if (facts.st_size != store->seen)
    return refuse (
        store,
        _ ("another program has written to it at the same time and did not lock it; fetch "
           "to another file"),
        error);

  return cli_state_flush (store->parent.state, error);
}

static gboolean
add_group (MboxStore *store, GError **error)
{
  g_autoptr (CliMailbox) mailbox = cli_mailbox_open (store->path, error);
  struct stat facts;
  int fd;

  if (mailbox == NULL)
    return FALSE;
  fd = cli_mailbox_get_descriptor (mailbox);
  if (fstat (fd, &facts) != 0)
    return fail (store, error);
  if (facts.st_size < store->seen)
    return refuse (store, _ ("it is shorter than it was; fetch to another file"), error);
  if (write_group (store, fd, facts.st_size, error))
    return TRUE;

  /* If that fails, too, the state tells the next run what it has to cut. */
  if (ftruncate (fd, facts.st_size) == 0)
    store->seen = facts.st_size;

  return FALSE;
}

static gboolean
mbox_flush (CliStore *base, GError **error)
{
  MboxStore *store = (MboxStore *) base;

  if (store->n_grouped == 0)
    return TRUE;
  base->has_failed = !add_group (store, error);
  if (base->has_failed)
    return FALSE;
  store->n_grouped = 0;
  store->end = store->written = 0;

  return ftruncate (store->group, 0) == 0 || fail (store, error);
}

static gboolean
mbox_end (CliStore *base, GError **error)
{
  MboxStore *store = (MboxStore *) base;
  g_autoptr (GString) rest = g_string_new (NULL);

  cli_mbox_quoter_finish (&store->quoter, rest);
  if (!put (store, rest->str, rest->len, error))
    return FALSE;
  store->end = store->written;
  cli_state_add (base->state, store->uid);
  store->n_grouped++;

  return (store->n_grouped < GROUP_COUNT && store->end < GROUP_SIZE) || mbox_flush (base, error);
}

static void
mbox_abandon (CliStore *base)
{
  MboxStore *store = (MboxStore *) base;

  store->written = store->end;
}

static void
mbox_free (CliStore *base)
{
  MboxStore *store = (MboxStore *) base;

  if (store->group >= 0)
    close (store->group);
  g_clear_pointer (&base->state, cli_state_free);
  g_free (store->path);
  g_free (store);
}

static const CliStoreClass mbox_class = {
  .begin = mbox_begin,
  .write = mbox_write,
  .end = mbox_end,
  .abandon = mbox_abandon,
  .flush = mbox_flush,
  .free = mbox_free,
};

/* What is there of a group that was begun. */
typedef enum
{
  GROUP_NOTHING, /* it is of other programs */
  GROUP_PART,
  GROUP_WHOLE,
} Group;

static gboolean
has_text (int fd, gint64 offset, const char *text)
{
  gsize length = strlen (text);
  g_autofree char *octets = g_malloc (length);

  return read_at (fd, octets, length, offset) == (gssize) length &&
         memcmp (octets, text, length) == 0;
}

static gboolean
has_zeros (int fd, gint64 start, gint64 length)
{
  g_autofree char *piece = g_malloc (PIECE);

  for (gint64 done = 0; done < length;)
    {
      gssize got = read_at (fd, piece, MIN (PIECE, length - done), start + done);

      if (got <= 0 || memchr (piece, '\0', got) != NULL)
        return TRUE;
      done += got;
    }

  return FALSE;
}

/* One that is whole ends where the file does, or where the mail of another program begins; what is of
 * others alone does so elsewhere. */
static Group
look_for_group (int fd, gint64 start, gint64 length, gint64 size)
{
  gint64 end = start + length;

  if (size < end)
    return GROUP_NOTHING;
  if (has_zeros (fd, start, length))
    return GROUP_PART;

  return has_text (fd, end - 2, "\n\n") && (size == end || has_text (fd, end, "From ")) ?
             GROUP_WHOLE :
             GROUP_NOTHING;
}

/* What a run that was killed has left is fetched again, or counts when others have written behind it. */
static gboolean
mend (MboxStore *store, int fd, GError **error)
{
  gint64 length;
  gint64 start = cli_state_get_begun (store->parent.state, &length);
  Group group = start >= 0 ? look_for_group (fd, start, length, store->seen) : GROUP_NOTHING;

  if (group == GROUP_NOTHING)
    return TRUE;
  if (store->seen > start + length)
    return group == GROUP_WHOLE ?
               cli_state_take_begun (store->parent.state, error) :
               refuse (store,
                       _ ("another program has added to it behind half a mail of a run that was "
                          "killed; fetch to another file"),
                       error);
  if (ftruncate (fd, start) != 0)
    return fail (store, error);
  store->seen = start;

  return TRUE;
}

static gboolean
look_at_mbox (MboxStore *store, GError **error)
{
  g_autoptr (CliMailbox) mailbox = cli_mailbox_open (store->path, error);
  struct stat facts;

  if (mailbox == NULL)
    return FALSE;
  if (fstat (cli_mailbox_get_descriptor (mailbox), &facts) != 0)
    return fail (store, error);
  store->seen = facts.st_size;
  /* Somebody has taken it away: the mails that the state knows would be fetched no more. */
  if (cli_state_get_begun (store->parent.state, NULL) > facts.st_size ||
      (facts.st_size == 0 && !cli_state_is_empty (store->parent.state)))
    return refuse (store, _ ("it is shorter than it was; fetch to another file"), error);

  return mend (store, cli_mailbox_get_descriptor (mailbox), error);
}

/* Beside the mbox, where there has to be room anyway. */
static gboolean
make_group (MboxStore *store, GError **error)
{
  g_autofree char *name = g_strconcat (store->path, ".XXXXXX", NULL);

  store->group = g_mkstemp_full (name, O_RDWR | O_CLOEXEC, 0600);
  if (store->group < 0 || g_unlink (name) != 0)
    return fail (store, error);

  return TRUE;
}

static gboolean
check_strangers (MboxStore *store, gboolean has_state, gboolean may_replace, GError **error)
{
  g_autofree char *shown = NULL;
  GStatBuf facts;

  if (has_state || may_replace || g_stat (store->path, &facts) != 0 || facts.st_size == 0)
    return TRUE;

  shown = g_filename_display_name (store->path);
  g_set_error (error, CLI_ERROR, CLI_EXIT_FAILED,
               _ ("“%s” is there already; choose another name, or go on at its end with --force"),
               shown);

  return FALSE;
}

static gboolean
open_mbox (
    MboxStore *store, const char *place, guint uid_validity, gboolean may_replace, GError **error)
{
  g_autofree char *state_path = g_strconcat (store->path, ".gimap4d-state", NULL);
  gboolean has_state = g_file_test (state_path, G_FILE_TEST_EXISTS);

  if (!check_strangers (store, has_state, may_replace, error))
    return FALSE;
  store->parent.state = cli_state_open (state_path, place, "mbox", uid_validity, error);

  return store->parent.state != NULL && look_at_mbox (store, error) && make_group (store, error);
}

CliStore *
cli_store_mbox_new (
    const char *path, const char *place, guint uid_validity, gboolean may_replace, GError **error)
{
  MboxStore *store = g_new0 (MboxStore, 1);

  store->parent.klass = &mbox_class;
  store->path = g_strdup (path);
  store->group = -1;
  if (!open_mbox (store, place, uid_validity, may_replace, error))
    {
      mbox_free (&store->parent);
      return NULL;
    }

  return &store->parent;
}
