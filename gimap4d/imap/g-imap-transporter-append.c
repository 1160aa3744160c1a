/* Mails put into a box: built here, in memory, or read from a stream.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-transporter.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/command/imap-append.h"
#include "gimap4d/imap/imap-mail-text.h"
#include "gimap4d/imap/imap-section-stream.h"
#include "gimap4d/imap/imap-stream-feed.h"
#include "gimap4d/imap/imap-transporter-private.h"
#include "gimap4d/mail/email-keywords.h"

/* TRUE as well when there are none. */
static gboolean
to_flags (const char *const *keywords, GStrv *out_flags, GError **error)
{
  if (keywords == NULL || keywords[0] == NULL)
    return TRUE;

  *out_flags = email_keywords_to_flags (keywords, error);

  return *out_flags != NULL;
}

static gpointer
make_append (
    GBytes *mime, const char *box, const char *const *keywords, GDateTime *date, GError **error)
{
  g_autoptr (GBytes) sendable = imap_mail_text_prepare (mime, error);
  g_auto (GStrv) flags = NULL;

  if (sendable == NULL || !to_flags (keywords, &flags, error))
    return NULL;

  return imap_append_operation_new (sendable, box, (const char *const *) flags, date);
}

static gpointer
make_append_email (GEmail *email,
                   const char *box,
                   GImapCharsetMode header_charset,
                   GImapCharsetMode body_charset,
                   GError **error)
{
  g_autoptr (GBytes) mime = g_email_to_mime (email, header_charset, body_charset, error);
  const char *const *keywords = g_email_get_keywords (email);

  if (mime == NULL)
    return NULL;
  if (keywords != NULL && keywords[0] == NULL)
    keywords = NULL;

  return make_append (mime, box, keywords, g_email_get_received_at (email), error);
}

/* A mail that comes over the connection that it should go to would wait for itself. */
static gboolean
is_of_transporter (GInputStream *stream, GImapTransporter *self)
{
  while (G_IS_FILTER_INPUT_STREAM (stream))
    stream = g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (stream));

  return IMAP_IS_SECTION_STREAM (stream) &&
         imap_section_stream_get_transporter (IMAP_SECTION_STREAM (stream)) == self;
}

typedef struct
{
  GInputStream *stream;
  guint64 size;
  const char *box;
  const char *const *keywords;
  GDateTime *date;
  GCancellable *cancellable;
  gboolean is_async;
} StreamedMail;

static gpointer
make_append_stream (GImapTransporter *self, const StreamedMail *mail, GError **error)
{
  g_auto (GStrv) flags = NULL;
  ImapAppendFeed feed;

  if (mail->size == 0)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT, _ ("the mail is empty"));
      return NULL;
    }
  if (is_of_transporter (mail->stream, self))
    {
      g_set_error (
          error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
          _ ("the stream reads from the same connection: use copy, or another transporter"));
      return NULL;
    }
  if (!to_flags (mail->keywords, &flags, error))
    return NULL;

  feed = imap_stream_feed_new (mail->stream, mail->size, mail->is_async, mail->cancellable);

  return imap_append_operation_new_fed (&feed, mail->box, (const char *const *) flags, mail->date);
}

/**
 * g_imap_transporter_append:
 * @self: a transporter
 * @email: the mail
 * @box: (nullable): name of the box, in UTF-8; %NULL for the selected one
 * @header_charset: how the header is written
 * @body_charset: how the texts are written
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Puts a mail into a box, as g_email_to_mime() writes it, with the keywords of the mail, and with
 * its #GEmail:received-at as the date of its reception where it has one. Opens the connection when
 * there is none. When the connection breaks after the command was sent the call fails with
 * %G_IMAP_ERROR_UNKNOWN_OUTCOME: it is never sent twice. See g_imap_transporter_append_mime().
 *
 * 4D: `append()`. RFC 9051, 6.3.12.
 *
 * Returns: (transfer full): the id of the new mail, an empty set when it is not known; or %NULL
 *   with @error set
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_transporter_append (GImapTransporter *self,
                           GEmail *email,
                           const char *box,
                           GImapCharsetMode header_charset,
                           GImapCharsetMode body_charset,
                           GCancellable *cancellable,
                           GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (G_IS_EMAIL (email), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return imap_transporter_to_message_set (
      self, imap_transporter_call (
                self, make_append_email (email, box, header_charset, body_charset, error),
                cancellable, error));
}

/**
 * g_imap_transporter_append_async:
 * @self: a transporter
 * @email: the mail
 * @box: (nullable): name of the box, in UTF-8; %NULL for the selected one
 * @header_charset: how the header is written
 * @body_charset: how the texts are written
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_append(). The callback runs in the thread-default main
 * context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_append_async (GImapTransporter *self,
                                 GEmail *email,
                                 const char *box,
                                 GImapCharsetMode header_charset,
                                 GImapCharsetMode body_charset,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (G_IS_EMAIL (email));

  operation = make_append_email (email, box, header_charset, body_charset, &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_append_async, cancellable,
                               callback, user_data);
}

/**
 * g_imap_transporter_append_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_append_async(); see g_imap_transporter_append().
 *
 * Returns: (transfer full): the id of the new mail, an empty set when it is not known; or %NULL
 *   with @error set
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_transporter_append_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return imap_transporter_to_message_set (
      self, imap_transporter_call_finish (self, result, g_imap_transporter_append_async, error));
}

/**
 * g_imap_transporter_append_mime:
 * @self: a transporter
 * @mime: a whole mail, as RFC 5322 and MIME have it
 * @box: (nullable): name of the box, in UTF-8; %NULL for the selected one
 * @keywords: (nullable) (array zero-terminated=1): keywords that it gets
 * @date: (nullable): when it counts as received; %NULL for now
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Puts a raw mail into a box. Opens the connection when there is none. Bare line feeds become
 * CRLF. A mail with a NUL in it goes as it is to a server with BINARY (RFC 3516), which may store it in
 * another encoding; any other cannot take it, and that is %G_IMAP_ERROR_INVALID_ARGUMENT. A mail that is larger than the server
 * takes is %G_IMAP_ERROR_OVERQUOTA, before it is sent where the server says so, for all boxes or for
 * this one (APPENDLIMIT, RFC 7889). When the
 * connection breaks after the command was sent the call fails with
 * %G_IMAP_ERROR_UNKNOWN_OUTCOME: it is never sent twice. The same holds when it is cancelled then; before
 * that, also while the server has not asked for the mail, nothing is stored (%G_IO_ERROR_CANCELLED).
 *
 * A server without UIDPLUS (RFC 4315) does not tell the new id. It is found out where that is sure:
 * in another box than the selected one by its UIDNEXT before and after, when the mail is the only one
 * that came; in the selected box by a search for its Message-ID among the newest mails, when exactly
 * one is found. Otherwise the set is empty. What goes wrong while it is looked for costs the id,
 * never the call: the mail is in the box.
 *
 * 4D: `append()`. RFC 9051, 6.3.12.
 *
 * Returns: (transfer full): the id of the new mail, an empty set when it is not known; or %NULL
 *   with @error set
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_transporter_append_mime (GImapTransporter *self,
                                GBytes *mime,
                                const char *box,
                                const char *const *keywords,
                                GDateTime *date,
                                GCancellable *cancellable,
                                GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (mime != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return imap_transporter_to_message_set (
      self, imap_transporter_call (self, make_append (mime, box, keywords, date, error),
                                   cancellable, error));
}

/**
 * g_imap_transporter_append_mime_async:
 * @self: a transporter
 * @mime: a whole mail, as RFC 5322 and MIME have it
 * @box: (nullable): name of the box, in UTF-8; %NULL for the selected one
 * @keywords: (nullable) (array zero-terminated=1): keywords that it gets
 * @date: (nullable): when it counts as received; %NULL for now
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_append_mime(). The callback runs in the thread-default
 * main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_append_mime_async (GImapTransporter *self,
                                      GBytes *mime,
                                      const char *box,
                                      const char *const *keywords,
                                      GDateTime *date,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (mime != NULL);

  operation = make_append (mime, box, keywords, date, &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_append_mime_async,
                               cancellable, callback, user_data);
}

/**
 * g_imap_transporter_append_mime_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_append_mime_async(); see g_imap_transporter_append_mime().
 *
 * Returns: (transfer full): the id of the new mail, an empty set when it is not known; or %NULL
 *   with @error set
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_transporter_append_mime_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return imap_transporter_to_message_set (
      self,
      imap_transporter_call_finish (self, result, g_imap_transporter_append_mime_async, error));
}

/**
 * g_imap_transporter_append_stream:
 * @self: a transporter
 * @stream: a whole mail, as RFC 5322 and MIME have it, with CRLF at the end of each line
 * @size: how many octets @stream has from here to its end, more than 0
 * @box: (nullable): name of the box, in UTF-8; %NULL for the selected one
 * @keywords: (nullable) (array zero-terminated=1): keywords that it gets
 * @date: (nullable): when it counts as received; %NULL for now
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Puts a raw mail into a box, and reads it from @stream meanwhile: whatever its size, less than a
 * megabyte of it is in memory. Opens the connection when there is none. The octets go as they are; for a
 * text with bare line feeds use g_imap_transporter_append_mime(). @stream is read in the calling thread,
 * is neither closed nor rewound, and may be used again when the call has ended.
 *
 * |[<!-- language="C" -->
 * g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, &error);
 * g_autoptr (GFileInfo) info = g_file_input_stream_query_info (stream, G_FILE_ATTRIBUTE_STANDARD_SIZE, NULL, &error);
 * g_autoptr (GImapMessageSet) ids = g_imap_transporter_append_stream (
 *     transporter, G_INPUT_STREAM (stream), g_file_info_get_size (info), "Archive", NULL, NULL, NULL, &error);
 * ]|
 *
 * IMAP wants to know the size before. A stream that ends earlier or goes on is
 * %G_IMAP_ERROR_INVALID_ARGUMENT. A NUL in it needs a server with BINARY (RFC 3516), and has to be
 * announced by the mail's Content-Transfer-Encoding, `binary`, or stand in its first quarter of a
 * megabyte; otherwise it is %G_IMAP_ERROR_INVALID_ARGUMENT, too. An error of the stream itself is
 * reported as it is. Where that is noticed in the first quarter of a megabyte nothing was sent; later the
 * connection is cut, so that the server never keeps half a mail, and is opened again for the next call.
 * The same happens when the call is cancelled before the last octet was sent
 * (%G_IO_ERROR_CANCELLED); after that it fails with %G_IMAP_ERROR_UNKNOWN_OUTCOME, and so it does when the
 * connection breaks then. It is never sent twice.
 *
 * A mail of more than a quarter of a megabyte is sent when the server has agreed to it, and keeps the
 * connection busy until it has gone. A stream that gives less than a kilobyte a second over a minute ends
 * it with %G_IMAP_ERROR_TIMEOUT_STALL. A mail that is larger than the server takes is
 * %G_IMAP_ERROR_OVERQUOTA, before it is sent. A stream that reads from this transporter, as those of
 * g_imap_transporter_open_mime(), is refused.
 *
 * 4D: `append()`, which takes no streams. RFC 9051, 6.3.12.
 *
 * Returns: (transfer full): the id of the new mail, an empty set when it is not known; or %NULL with
 *   @error set
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_transporter_append_stream (GImapTransporter *self,
                                  GInputStream *stream,
                                  guint64 size,
                                  const char *box,
                                  const char *const *keywords,
                                  GDateTime *date,
                                  GCancellable *cancellable,
                                  GError **error)
{
  StreamedMail mail = { stream, size, box, keywords, date, cancellable, FALSE };

  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (G_IS_INPUT_STREAM (stream), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return imap_transporter_to_message_set (
      self,
      imap_transporter_call (self, make_append_stream (self, &mail, error), cancellable, error));
}

/**
 * g_imap_transporter_append_stream_async:
 * @self: a transporter
 * @stream: a whole mail, as RFC 5322 and MIME have it, with CRLF at the end of each line
 * @size: how many octets @stream has from here to its end, more than 0
 * @box: (nullable): name of the box, in UTF-8; %NULL for the selected one
 * @keywords: (nullable) (array zero-terminated=1): keywords that it gets
 * @date: (nullable): when it counts as received; %NULL for now
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_append_stream(). @stream is read asynchronously in the
 * thread-default main context of the caller, where the callback runs, too; as long as that context is
 * kept busy by something else the mail does not move on.
 *
 * Since: 1.0
 */
void
g_imap_transporter_append_stream_async (GImapTransporter *self,
                                        GInputStream *stream,
                                        guint64 size,
                                        const char *box,
                                        const char *const *keywords,
                                        GDateTime *date,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  StreamedMail mail = { stream, size, box, keywords, date, cancellable, TRUE };
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (G_IS_INPUT_STREAM (stream));

  operation = make_append_stream (self, &mail, &cause);
  imap_transporter_call_async_with (self, operation, cause, g_imap_transporter_append_stream_async,
                                    g_object_ref (stream), g_object_unref, cancellable, callback,
                                    user_data);
}

/**
 * g_imap_transporter_append_stream_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_append_stream_async(); see g_imap_transporter_append_stream().
 *
 * Returns: (transfer full): the id of the new mail, an empty set when it is not known; or %NULL with
 *   @error set
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_transporter_append_stream_finish (GImapTransporter *self,
                                         GAsyncResult *result,
                                         GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return imap_transporter_to_message_set (
      self,
      imap_transporter_call_finish (self, result, g_imap_transporter_append_stream_async, error));
}
