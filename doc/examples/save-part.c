/* One part of a mail into a file, as it arrives: a gigabyte needs no more memory than a page.
 *
 *   save-part HOST PORT USER PASSWORD-FILE CA BOX ID PART FILE
 *   cc save-part.c -o save-part $(pkg-config --cflags --libs gimap4d-1.0)
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <gimap4d/gimap4d.h>
#include <stdlib.h>

enum
{
  HOST = 1,
  PORT,
  USER,
  PASSWORD_FILE,
  CA,
  BOX,
  ID,
  PART,
  TARGET,
  N_ARGUMENTS
};

static GImapTransporter *
connect_to (char **arguments, GError **error)
{
  g_autoptr (GTlsDatabase) database = g_tls_file_database_new (arguments[CA], error);
  g_autofree char *password = NULL;

  if (database == NULL || !g_file_get_contents (arguments[PASSWORD_FILE], &password, NULL, error))
    return NULL;

  return g_object_new (G_TYPE_IMAP_TRANSPORTER, "host", arguments[HOST], "port",
                       (guint) atoi (arguments[PORT]), "user", arguments[USER], "password",
                       g_strchomp (password), "tls-mode", G_IMAP_TLS_MODE_IMPLICIT, "tls-database",
                       database, NULL);
}

/* Returns: the size, or -1 */
static gssize
save (char **arguments, GError **error)
{
  g_autoptr (GImapTransporter) transporter = connect_to (arguments, error);
  g_autoptr (GFile) file = g_file_new_for_path (arguments[TARGET]);
  g_autoptr (GImapBoxInfo) box = NULL;
  g_autoptr (GInputStream) source = NULL;
  g_autoptr (GFileOutputStream) target = NULL;

  if (transporter == NULL)
    return -1;
  box = g_imap_transporter_select_box (transporter, arguments[BOX], G_IMAP_BOX_STATE_READ_ONLY,
                                       NULL, error);
  if (box == NULL)
    return -1;

  /* The stream asks the server for a piece when the one before has been read, and decodes it. */
  source = g_imap_transporter_open_part (transporter, arguments[ID], arguments[PART], NULL, error);
  if (source == NULL)
    return -1;
  target = g_file_replace (file, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, error);
  if (target == NULL)
    return -1;

  return g_output_stream_splice (
      G_OUTPUT_STREAM (target), source,
      G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE | G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gssize size;

  if (argc != N_ARGUMENTS)
    {
      g_printerr ("save-part HOST PORT USER PASSWORD-FILE CA BOX ID PART FILE\n");
      return 2;
    }

  size = save (argv, &error);
  if (size < 0)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_print ("%" G_GSSIZE_FORMAT " octets\n", size);

  return 0;
}
