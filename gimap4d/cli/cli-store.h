/* Where mails are put on this machine: files, a Maildir, an mbox.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/gimap4d.h>

#include "gimap4d/cli/cli-state.h"

G_BEGIN_DECLS

typedef enum
{
  CLI_STORE_FILES,   /* a folder with a file a mail, as the server has it */
  CLI_STORE_MAILDIR, /* https://cr.yp.to/proto/maildir.html */
  CLI_STORE_MBOX,    /* RFC 4155, “From ” quoted as mboxrd does */
} CliStoreForm;

typedef struct _CliStore CliStore;

typedef struct
{
  /* Begins a mail; @mail: its summary at least. */
  gboolean (*begin) (CliStore *store, GEmail *mail, guint uid, GError **error);
  gboolean (*write) (CliStore *store, const char *octets, gsize length, GError **error);
  gboolean (*end) (CliStore *store, GError **error);
  /* What was begun is forgotten. */
  void (*abandon) (CliStore *store);
  /* What was ended is on the disk, and the state says so. */
  gboolean (*flush) (CliStore *store, GError **error);
  void (*free) (CliStore *store);
} CliStoreClass;

/* The first field of each kind. */
struct _CliStore
{
  const CliStoreClass *klass;
  CliState *state; /* owned */
  /* The disk did not take something: a second try would not hear of it (fsync(2)), and so the state must say
   * nothing more. */
  gboolean has_failed;
};

/* @place: what the state is of, see cli_state_open(). With @may_replace what is there, and nothing is
 * known of, may be replaced or continued. */
CliStore *cli_store_open (CliStoreForm form,
                          const char *path,
                          const char *place,
                          guint uid_validity,
                          gboolean may_replace,
                          GError **error);

CliStore *cli_store_files_new (CliStoreForm form,
                               const char *folder,
                               const char *place,
                               guint uid_validity,
                               gboolean may_replace,
                               GError **error);
CliStore *cli_store_mbox_new (
    const char *path, const char *place, guint uid_validity, gboolean may_replace, GError **error);

G_END_DECLS
