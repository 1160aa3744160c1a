/* The body of a request on its way in, from SoupServer to a spool.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-upload.h"

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/http/http-spool.h"

typedef struct
{
  HttpSpool *spool; /* owned */
  GError *error;    /* owned, nullable: why it could not be kept */
} Upload;

static GQuark
upload_quark (void)
{
  return g_quark_from_static_string ("gimap4d-http-upload");
}

static void
upload_free (gpointer data)
{
  Upload *upload = data;

  http_spool_free (upload->spool);
  g_clear_error (&upload->error);
  g_free (upload);
}

static void
got_chunk_cb (SoupServerMessage *message, GBytes *chunk, gpointer data)
{
  Upload *upload = data;
  gsize size = 0;
  const void *bytes = g_bytes_get_data (chunk, &size);

  if (upload->error == NULL)
    http_spool_append (upload->spool, bytes, size, &upload->error);
}

void
http_upload_begin (SoupServerMessage *message)
{
  Upload *upload = g_new0 (Upload, 1);

  upload->spool = http_spool_new (HTTP_LIMIT_BODY_IN_MEMORY);
  g_object_set_qdata_full (G_OBJECT (message), upload_quark (), upload, upload_free);
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  g_signal_connect (message, "got-chunk", G_CALLBACK (got_chunk_cb), upload);
}

GBytes *
http_upload_take_body (SoupServerMessage *message, GError **error)
{
  Upload *upload = g_object_get_qdata (G_OBJECT (message), upload_quark ());
  GBytes *body = NULL;

  if (upload == NULL)
    return soup_message_body_flatten (soup_server_message_get_request_body (message));

  g_signal_handlers_disconnect_by_data (message, upload);
  if (upload->error != NULL)
    g_propagate_error (error, g_steal_pointer (&upload->error));
  else
    body = http_spool_finish (upload->spool, error);
  g_object_set_qdata (G_OBJECT (message), upload_quark (), NULL);

  return body;
}
