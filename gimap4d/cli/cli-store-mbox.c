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
#include "gimap4d/cli/cli-store.h"

/* A group of mails is begun in the state before its first octet, and done when all are on the disk: a
 * run that is killed in between leaves what the next one cuts off. */
#define GROUP_COUNT 64
#define GROUP_SIZE (16 * 1024 * 1024)

typedef struct
{
  CliStore parent;

  char *path; /* owned */
  int fd;
  gint64 end;         /* where the last whole mail ends */
  gint64 written;     /* where the file ends */
  gint64 group_start; /* -1: no group is begun */
  guint n_grouped;

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
put (MboxStore *store, const char *octets, gsize length, GError **error)
{
  while (length > 0)
    {
      gssize written = pwrite (store->fd, octets, length, store->written);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return fail (store, error);
      octets += written;
      length -= written;
      store->written += written;
    }

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

  if (store->group_start < 0)
    {
      if (!cli_state_begin (base->state, store->end, error))
        return FALSE;
      store->group_start = store->end;
    }
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

static gboolean
mbox_flush (CliStore *base, GError **error)
{
  MboxStore *store = (MboxStore *) base;

  if (store->n_grouped == 0)
    return TRUE;
  base->has_failed = fdatasync (store->fd) != 0;
  if (base->has_failed)
    return fail (store, error);
  base->has_failed = !cli_state_flush (base->state, error);
  if (base->has_failed)
    return FALSE;
  store->group_start = -1;
  store->n_grouped = 0;

  return TRUE;
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

  return (store->n_grouped < GROUP_COUNT && store->end - store->group_start < GROUP_SIZE) ||
         mbox_flush (base, error);
}

static void
mbox_abandon (CliStore *base)
{
  MboxStore *store = (MboxStore *) base;

  /* If that fails the state still tells where the next run has to cut. */
  if (store->written > store->end && ftruncate (store->fd, store->end) == 0)
    store->written = store->end;
}

static void
mbox_free (CliStore *base)
{
  MboxStore *store = (MboxStore *) base;

  if (store->fd >= 0)
    close (store->fd);
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

/* Where the first mail goes: at the end, or where a run that was killed had begun. */
static gboolean
find_end (MboxStore *store, GError **error)
{
  gint64 begun = cli_state_get_begun (store->parent.state);
  struct stat facts;

  if (fstat (store->fd, &facts) != 0)
    return fail (store, error);
  store->end = store->written = facts.st_size;
  /* Somebody has taken it away: the mails that the state knows would be fetched no more. */
  if (begun > facts.st_size || (facts.st_size == 0 && !cli_state_is_empty (store->parent.state)))
    {
      g_set_error (error, CLI_ERROR, CLI_EXIT_FAILED,
                   _ ("“%s” is shorter than it was; fetch to another file"), store->path);
      return FALSE;
    }
  if (begun < 0)
    return TRUE;
  if (ftruncate (store->fd, begun) != 0)
    return fail (store, error);
  store->end = store->written = begun;

  return TRUE;
}

static gboolean
check_strangers (MboxStore *store, gboolean has_state, gboolean may_replace, GError **error)
{
  GStatBuf facts;

  if (has_state || may_replace || g_stat (store->path, &facts) != 0 || facts.st_size == 0)
    return TRUE;
  g_set_error (error, CLI_ERROR, CLI_EXIT_FAILED,
               _ ("“%s” is there already; choose another name, or go on at its end with --force"),
               store->path);

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
  if (store->parent.state == NULL)
    return FALSE;
  store->fd = g_open (store->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (store->fd < 0)
    return fail (store, error);

  return find_end (store, error);
}

CliStore *
cli_store_mbox_new (
    const char *path, const char *place, guint uid_validity, gboolean may_replace, GError **error)
{
  MboxStore *store = g_new0 (MboxStore, 1);

  store->parent.klass = &mbox_class;
  store->path = g_strdup (path);
  store->fd = -1;
  store->group_start = -1;
  if (!open_mbox (store, place, uid_validity, may_replace, error))
    {
      mbox_free (&store->parent);
      return NULL;
    }

  return &store->parent;
}
