/* A mail a file: in a folder, or in a Maildir.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-error.h"
#include "gimap4d/cli/cli-file.h"
#include "gimap4d/cli/cli-line-ends.h"
#include "gimap4d/cli/cli-store.h"

#define STATE_NAME ".gimap4d-state"

/* So many files are put on the disk together, which is faster than one by one; they are open
 * until then. */
#define FLUSH_COUNT 64

typedef struct
{
  CliStore parent;

  CliStoreForm form;
  char *folder; /* owned */
  guint uid_validity;
  gboolean may_replace;
  GHashTable
      *present; /* owned; ids that have their file and are not in the state: a run was killed */

  CliFile *file; /* owned, nullable: what is being written */
  CliLineEnds line_ends;
  guint uid;
  GPtrArray *written; /* owned; of CliFile, whole */
} FilesStore;

static const char *const maildir_folders[] = { "tmp", "new", "cur" };

/* https://cr.yp.to/proto/maildir.html, in the order of the alphabet as it demands. */
static const struct
{
  const char *keyword;
  char letter;
} maildir_flags[] = {
  { "$draft", 'D' },    { "$flagged", 'F' }, { "$forwarded", 'P' },
  { "$answered", 'R' }, { "$seen", 'S' },    { "$deleted", 'T' },
};

static char *
make_maildir_flags (GEmail *mail)
{
  const char *const *keywords = g_email_get_keywords (mail);
  GString *flags = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (maildir_flags); i++)
    if (g_strv_contains (keywords, maildir_flags[i].keyword))
      g_string_append_c (flags, maildir_flags[i].letter);

  return g_string_free (flags, FALSE);
}

/* The same in each run, so that one that was killed in between is found out. */
static char *
make_maildir_name (FilesStore *store, GEmail *mail)
{
  GDateTime *date = g_email_get_received_at (mail);
  g_autofree char *host = g_strdup (g_get_host_name ());

  g_strdelimit (host, "/:,", '-');

  return g_strdup_printf ("%" G_GINT64_FORMAT ".V%uU%u.%s",
                          date != NULL ? g_date_time_to_unix (date) : 0, store->uid_validity,
                          store->uid, host);
}

static gboolean
open_in_maildir (FilesStore *store, GEmail *mail, GError **error)
{
  g_autofree char *name = make_maildir_name (store, mail);
  g_autofree char *flags = make_maildir_flags (mail);
  g_autofree char *full_name = *flags != '\0' ? g_strconcat (name, ":2,", flags, NULL) :
                                                g_strdup (name);
  g_autofree char *temporary = g_build_filename (store->folder, "tmp", name, NULL);
  g_autofree char *path = g_build_filename (store->folder, *flags != '\0' ? "cur" : "new",
                                            full_name, NULL);

  store->file = cli_file_new (temporary, path, error);

  return store->file != NULL;
}

static char *
make_name (guint uid)
{
  return g_strdup_printf ("%08u.eml", uid);
}

static gboolean
open_in_folder (FilesStore *store, GError **error)
{
  g_autofree char *name = make_name (store->uid);
  g_autofree char *hidden = g_strconcat (".", name, ".part", NULL);
  g_autofree char *temporary = g_build_filename (store->folder, hidden, NULL);
  g_autofree char *path = g_build_filename (store->folder, name, NULL);

  store->file = cli_file_new (temporary, path, error);

  return store->file != NULL;
}

static gboolean
files_begin (CliStore *base, GEmail *mail, guint uid, GError **error)
{
  FilesStore *store = (FilesStore *) base;

  store->uid = uid;
  cli_line_ends_init (&store->line_ends);
  /* It is whole: it has its name. Nothing more is written. */
  if (g_hash_table_contains (store->present, GUINT_TO_POINTER (uid)))
    return TRUE;

  return store->form == CLI_STORE_MAILDIR ? open_in_maildir (store, mail, error) :
                                            open_in_folder (store, error);
}

static gboolean
files_write (CliStore *base, const char *octets, gsize length, GError **error)
{
  FilesStore *store = (FilesStore *) base;
  g_autoptr (GString) lines = NULL;

  if (store->file == NULL)
    return TRUE;
  if (store->form == CLI_STORE_FILES)
    return cli_file_write (store->file, octets, length, error);
  lines = g_string_sized_new (length);
  cli_line_ends_convert (&store->line_ends, octets, length, lines);

  return cli_file_write (store->file, lines->str, lines->len, error);
}

static gboolean
sync_folders (FilesStore *store, GError **error)
{
  if (store->form == CLI_STORE_FILES)
    return cli_file_sync_folder (store->folder, error);
  for (guint i = 0; i < G_N_ELEMENTS (maildir_folders); i++)
    {
      g_autofree char *path = g_build_filename (store->folder, maildir_folders[i], NULL);

      if (!cli_file_sync_folder (path, error))
        return FALSE;
    }

  return TRUE;
}

/* Octets before names, names before the state: at no time a name has half a mail, or the state a mail
 * that is not there. */
static gboolean
put_written (FilesStore *store, GError **error)
{
  for (guint i = 0; i < store->written->len; i++)
    cli_file_begin_sync (store->written->pdata[i]);
  for (guint i = 0; i < store->written->len; i++)
    if (!cli_file_sync (store->written->pdata[i], error))
      return FALSE;
  for (guint i = 0; i < store->written->len; i++)
    if (!cli_file_commit (store->written->pdata[i], store->may_replace, error))
      return FALSE;
  g_ptr_array_set_size (store->written, 0);

  return sync_folders (store, error) && cli_state_flush (store->parent.state, error);
}

static gboolean
files_flush (CliStore *base, GError **error)
{
  if (put_written ((FilesStore *) base, error))
    return TRUE;
  base->has_failed = TRUE;

  return FALSE;
}

static gboolean
files_end (CliStore *base, GError **error)
{
  FilesStore *store = (FilesStore *) base;
  g_autoptr (GString) rest = g_string_new (NULL);

  if (store->file != NULL)
    {
      cli_line_ends_finish (&store->line_ends, rest);
      if (!cli_file_write (store->file, rest->str, rest->len, error))
        return FALSE;
      g_ptr_array_add (store->written, g_steal_pointer (&store->file));
    }
  cli_state_add (base->state, store->uid);

  return store->written->len < FLUSH_COUNT || files_flush (base, error);
}

static void
files_abandon (CliStore *base)
{
  FilesStore *store = (FilesStore *) base;

  g_clear_pointer (&store->file, cli_file_free);
}

static void
files_free (CliStore *base)
{
  FilesStore *store = (FilesStore *) base;

  g_clear_pointer (&store->file, cli_file_free);
  g_clear_pointer (&base->state, cli_state_free);
  g_ptr_array_unref (store->written);
  g_hash_table_unref (store->present);
  g_free (store->folder);
  g_free (store);
}

static const CliStoreClass files_class = {
  .begin = files_begin,
  .write = files_write,
  .end = files_end,
  .abandon = files_abandon,
  .flush = files_flush,
  .free = files_free,
};

/* 0 for a file that is none of ours. */
static guint
read_uid (FilesStore *store, const char *name)
{
  g_autofree char *own = NULL;
  unsigned validity, uid;

  if (store->form == CLI_STORE_FILES)
    {
      uid = (unsigned) g_ascii_strtoull (name, NULL, 10);
      own = make_name (uid);
      return g_str_equal (name, own) ? uid : 0;
    }

  return sscanf (name, "%*[0-9].V%uU%u.", &validity, &uid) == 2 && validity == store->uid_validity ?
             uid :
             0;
}

static gboolean
scan_folder (FilesStore *store, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (store->folder, name, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, error);
  const char *entry;

  if (dir == NULL)
    return FALSE;
  while ((entry = g_dir_read_name (dir)) != NULL)
    {
      guint uid = read_uid (store, entry);

      if (uid != 0)
        g_hash_table_add (store->present, GUINT_TO_POINTER (uid));
    }

  return TRUE;
}

static gboolean
make_folders (FilesStore *store, GError **error)
{
  if (g_mkdir_with_parents (store->folder, 0700) != 0)
    {
      cli_file_set_error (store->folder, errno, error);
      return FALSE;
    }
  for (guint i = 0; store->form == CLI_STORE_MAILDIR && i < G_N_ELEMENTS (maildir_folders); i++)
    {
      g_autofree char *path = g_build_filename (store->folder, maildir_folders[i], NULL);

      if (g_mkdir (path, 0700) != 0 && errno != EEXIST)
        {
          cli_file_set_error (path, errno, error);
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
find_present (FilesStore *store, GError **error)
{
  if (store->form == CLI_STORE_MAILDIR)
    return scan_folder (store, "new", error) && scan_folder (store, "cur", error);

  return scan_folder (store, ".", error);
}

/* What a run that was killed has left of a mail; nobody but us makes such names. */
static void
remove_halves (FilesStore *store)
{
  g_autofree char *path = g_build_filename (store->folder,
                                            store->form == CLI_STORE_MAILDIR ? "tmp" : ".", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *entry;

  while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL)
    {
      unsigned uid;
      int length = 0;
      g_autofree char *half = g_build_filename (path, entry, NULL);

      if (store->form == CLI_STORE_MAILDIR ? read_uid (store, entry) != 0 :
                                             sscanf (entry, ".%u.eml.part%n", &uid, &length) == 1 &&
                                                 length == (int) strlen (entry))
        g_unlink (half);
    }
}

/* Without a state, files that might be of these mails, or of others. */
static gboolean
check_strangers (FilesStore *store, gboolean has_state, GError **error)
{
  g_autofree char *shown = g_filename_display_name (store->folder);

  if (has_state || g_hash_table_size (store->present) == 0)
    return TRUE;
  if (store->may_replace)
    {
      g_hash_table_remove_all (store->present);
      return TRUE;
    }
  g_set_error (error, CLI_ERROR, CLI_EXIT_FAILED,
               _ ("“%s” has mails of which nothing is known; choose an empty folder, or replace "
                  "them with --force"),
               shown);

  return FALSE;
}

CliStore *
cli_store_files_new (CliStoreForm form,
                     const char *folder,
                     const char *place,
                     guint uid_validity,
                     gboolean may_replace,
                     GError **error)
{
  FilesStore *store = g_new0 (FilesStore, 1);
  g_autofree char *path = g_build_filename (folder, STATE_NAME, NULL);
  gboolean has_state = g_file_test (path, G_FILE_TEST_EXISTS);

  store->parent.klass = &files_class;
  store->form = form;
  store->folder = g_strdup (folder);
  store->uid_validity = uid_validity;
  store->may_replace = may_replace;
  store->present = g_hash_table_new (NULL, NULL);
  store->written = g_ptr_array_new_with_free_func ((GDestroyNotify) cli_file_free);
  if (make_folders (store, error) && find_present (store, error) &&
      check_strangers (store, has_state, error))
    store->parent.state = cli_state_open (
        path, place, form == CLI_STORE_MAILDIR ? "maildir" : "eml", uid_validity, error);
  if (store->parent.state == NULL)
    {
      files_free (&store->parent);
      return NULL;
    }
  remove_halves (store);

  return &store->parent;
}
