/* A small IMAP client of the test's own.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "plain-client.h"

#include "dovecot-control.h"

#include <string.h>

#define TIMEOUT_SECONDS 30
#define LIST_ATTEMPTS 20

PlainClient *
plain_client_new (void)
{
  PlainClient *client = g_new0 (PlainClient, 1);

  client->lines = g_ptr_array_new_with_free_func (g_free);

  return client;
}

void
plain_client_close (PlainClient *client)
{
  if (client->connection != NULL)
    g_io_stream_close (G_IO_STREAM (client->connection), NULL, NULL);
  client->output = NULL;
  g_clear_object (&client->input);
  g_clear_object (&client->connection);
}

void
plain_client_free (PlainClient *client)
{
  plain_client_close (client);
  g_ptr_array_unref (client->lines);
  g_free (client);
}

/* One response with its literals; NULL at the end of the connection. */
static char *
read_response (PlainClient *client)
{
  GString *text = g_string_new (NULL);

  while (TRUE)
    {
      g_autofree char *line = g_data_input_stream_read_line (client->input, NULL, NULL, NULL);
      const char *brace;
      gsize length;
      g_autofree char *literal = NULL;

      if (line == NULL)
        break;
      g_string_append (text, line);
      brace = strrchr (line, '{');
      if (brace == NULL || !g_str_has_suffix (line, "}"))
        return g_string_free (text, FALSE);

      length = g_ascii_strtoull (brace + 1, NULL, 10);
      literal = g_malloc (length + 1);
      if (!g_input_stream_read_all (G_INPUT_STREAM (client->input), literal, length, &length, NULL,
                                    NULL))
        break;
      g_string_append_len (text, literal, (gssize) length);
    }
  g_string_free (text, TRUE);

  return NULL;
}

static gboolean
write_octets (PlainClient *client, const void *octets, gsize length)
{
  return g_output_stream_write_all (client->output, octets, length, NULL, NULL, NULL);
}

static PlainResult
read_answer (PlainClient *client, const char *tag)
{
  g_autofree char *ok = g_strconcat (tag, " OK", NULL);

  while (TRUE)
    {
      char *line = read_response (client);

      if (line == NULL)
        {
          plain_client_close (client);
          return PLAIN_LOST;
        }
      g_ptr_array_add (client->lines, line);
      if (g_str_has_prefix (line, tag))
        return g_str_has_prefix (line, ok) ? PLAIN_OK : PLAIN_REFUSED;
    }
}

static PlainResult
converse (PlainClient *client, const char *command, GBytes *literal)
{
  g_autofree char *tag = g_strdup_printf ("p%u", ++client->n_tags);
  g_autoptr (GString) sent = g_string_new (NULL);

  g_string_printf (sent, "%s %s", tag, command);
  /* Dovecot has LITERAL+: no waiting for its consent. */
  if (literal != NULL)
    {
      g_string_append_printf (sent, " {%zu+}\r\n", g_bytes_get_size (literal));
      g_string_append_len (sent, g_bytes_get_data (literal, NULL),
                           (gssize) g_bytes_get_size (literal));
    }
  g_string_append (sent, "\r\n");
  g_ptr_array_set_size (client->lines, 0);
  if (!write_octets (client, sent->str, sent->len))
    {
      plain_client_close (client);
      return PLAIN_LOST;
    }

  return read_answer (client, tag);
}

static gboolean
open_connection (PlainClient *client)
{
  g_autoptr (GSocketClient) maker = g_socket_client_new ();
  g_autofree char *greeting = NULL;
  g_autofree char *login = g_strdup_printf ("LOGIN \"%s\" \"%s\"", dovecot_get_setting ("USER"),
                                            dovecot_get_setting ("PASSWORD"));

  g_socket_client_set_timeout (maker, TIMEOUT_SECONDS);
  client->connection = g_socket_client_connect_to_host (
      maker, "127.0.0.1", dovecot_get_port ("PLAIN_PORT"), NULL, NULL);
  if (client->connection == NULL)
    return FALSE;

  g_socket_set_option (g_socket_connection_get_socket (client->connection), 6, 1, 1, NULL);
  client->input = g_data_input_stream_new (
      g_io_stream_get_input_stream (G_IO_STREAM (client->connection)));
  g_data_input_stream_set_newline_type (client->input, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  client->output = g_io_stream_get_output_stream (G_IO_STREAM (client->connection));
  greeting = read_response (client);
  if (greeting != NULL && converse (client, login, NULL) == PLAIN_OK)
    return TRUE;
  plain_client_close (client);

  return FALSE;
}

PlainResult
plain_client_run (PlainClient *client, const char *command, GBytes *literal)
{
  if (client->connection == NULL && !open_connection (client))
    return PLAIN_NOT_SENT;

  return converse (client, command, literal);
}

const char *
plain_client_get_answer (PlainClient *client)
{
  return client->lines->len > 0 ? g_ptr_array_index (client->lines, client->lines->len - 1) : "";
}

static guint
parse_flags (const char *line)
{
  const char *start = strstr (line, "FLAGS (");
  g_autofree char *list = NULL;
  g_auto (GStrv) words = NULL;
  guint flags = 0;

  if (start == NULL)
    return 0;
  start += strlen ("FLAGS (");
  list = g_strndup (start, strcspn (start, ")"));
  words = g_strsplit (list, " ", -1);
  for (guint i = 0; i < MODEL_N_FLAGS; i++)
    if (g_strv_contains ((const char *const *) words, model_flag_names[i]))
      flags |= 1u << i;

  return flags;
}

static GArray *
parse_listing (PlainClient *client)
{
  GArray *entries = g_array_new (FALSE, TRUE, sizeof (ModelEntry));

  for (guint i = 0; i < client->lines->len; i++)
    {
      const char *line = g_ptr_array_index (client->lines, i);
      const char *uid = strstr (line, "UID ");
      ModelEntry entry = { 0 };

      if (strstr (line, " FETCH (") == NULL || uid == NULL)
        continue;
      entry.uid = (guint32) g_ascii_strtoull (uid + strlen ("UID "), NULL, 10);
      entry.flags = parse_flags (line);
      /* A mail that is not of the model must not be there. */
      if (!model_parse_message_id (line, &entry.owner, &entry.number))
        entry.owner = entry.number = G_MAXUINT;
      g_array_append_val (entries, entry);
    }

  return entries;
}

GArray *
plain_client_list (PlainClient *client, const char *wire_name)
{
  g_autofree char *examine = g_strconcat ("EXAMINE ", wire_name, NULL);

  for (guint i = 0; i < LIST_ATTEMPTS; i++)
    {
      PlainResult result = plain_client_run (client, examine, NULL);

      if (result == PLAIN_OK)
        result = plain_client_run (
            client, "UID FETCH 1:* (UID FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])", NULL);
      if (result == PLAIN_OK)
        return parse_listing (client);
      if (result == PLAIN_REFUSED)
        g_error ("the listing was refused: %s", plain_client_get_answer (client));
      g_usleep (20000);
    }
  g_error ("the boxes cannot be listed");
}
