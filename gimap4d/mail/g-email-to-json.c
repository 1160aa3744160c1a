/* A mail as 4D writes it in JSON.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/g-email.h"

#include "gimap4d/mail/g-email-address.h"
#include "gimap4d/mail/g-email-header.h"

/* What is not there has no member. */
static void
set_text (JsonObject *object, const char *name, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, name, text);
}

static void
set_date (JsonObject *object, const char *name, GDateTime *date)
{
  g_autoptr (GDateTime) utc = NULL;
  g_autofree char *text = NULL;

  if (date == NULL)
    return;

  utc = g_date_time_to_utc (date);
  text = utc != NULL ? g_date_time_format (utc, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  set_text (object, name, text);
}

static JsonArray *
make_texts (const char *const *texts)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; texts != NULL && texts[i] != NULL; i++)
    json_array_add_string_element (array, texts[i]);

  return array;
}

static JsonObject *
make_address (gpointer item)
{
  JsonObject *object = json_object_new ();

  set_text (object, "name", g_email_address_get_name (item));
  set_text (object, "email", g_email_address_get_email (item));

  return object;
}

static JsonObject *
make_header (gpointer item)
{
  JsonObject *object = json_object_new ();

  set_text (object, "name", g_email_header_get_name (item));
  set_text (object, "value", g_email_header_get_value (item));

  return object;
}

static JsonObject *
make_attachment (gpointer item)
{
  JsonObject *object = json_object_new ();

  set_text (object, "name", g_mail_attachment_get_name (item));
  set_text (object, "cid", g_mail_attachment_get_cid (item));
  set_text (object, "type", g_mail_attachment_get_content_type (item));
  set_text (object, "disposition", g_mail_attachment_get_disposition (item));
  json_object_set_int_member (object, "size", g_mail_attachment_get_size (item));

  return object;
}

static JsonArray *
make_list (GListModel *list, JsonObject *(*make) (gpointer item))
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (list, i);

      json_array_add_object_element (array, make (item));
    }

  return array;
}

static void
set_list (JsonObject *object,
          const char *name,
          GListModel *list,
          JsonObject *(*make) (gpointer item))
{
  if (g_list_model_get_n_items (list) > 0)
    json_object_set_array_member (object, name, make_list (list, make));
}

/* Recursive: the tree keeps to EMAIL_LIMIT_DEPTH. */
static JsonObject *
make_part (gpointer item)
{
  GEmailBodyPart *part = item;
  JsonObject *object = json_object_new ();
  const char *const *language = g_email_body_part_get_language (part);

  set_text (object, "partID", g_email_body_part_get_part_id (part));
  set_text (object, "type", g_email_body_part_get_content_type (part));
  set_text (object, "charset", g_email_body_part_get_charset (part));
  set_text (object, "encoding", g_email_body_part_get_encoding (part));
  set_text (object, "disposition", g_email_body_part_get_disposition (part));
  if (language != NULL)
    json_object_set_array_member (object, "language", make_texts (language));
  set_text (object, "location", g_email_body_part_get_location (part));
  set_text (object, "name", g_email_body_part_get_name (part));
  json_object_set_int_member (object, "size", g_email_body_part_get_size (part));
  set_list (object, "headers", g_email_body_part_get_headers (part), make_header);
  set_list (object, "subParts", g_email_body_part_get_sub_parts (part), make_part);

  return object;
}

static gboolean
is_body_text (GEmailBodyPart *part)
{
  const char *type = g_email_body_part_get_content_type (part);

  return (g_str_equal (type, "text/plain") || g_str_equal (type, "text/html")) &&
         g_strcmp0 (g_email_body_part_get_disposition (part), "attachment") != 0;
}

static void
add_body_values (JsonObject *values, GEmailBodyPart *part)
{
  GListModel *parts = g_email_body_part_get_sub_parts (part);
  gboolean is_multipart = g_str_has_prefix (g_email_body_part_get_content_type (part),
                                            "multipart/");
  g_autofree char *text = is_body_text (part) ? g_email_body_part_dup_text (part) : NULL;

  if (text != NULL)
    {
      JsonObject *value = json_object_new ();

      set_text (value, "value", text);
      json_object_set_boolean_member (value, "isEncodingProblem",
                                      g_email_body_part_get_is_encoding_problem (part));
      json_object_set_object_member (values, g_email_body_part_get_part_id (part), value);
    }

  for (guint i = 0; is_multipart && i < g_list_model_get_n_items (parts); i++)
    {
      g_autoptr (GEmailBodyPart) child = g_list_model_get_item (parts, i);

      add_body_values (values, child);
    }
}

static void
set_body (JsonObject *object, GEmail *email)
{
  GEmailBodyPart *root = g_email_get_body_structure (email);
  JsonObject *values;

  set_text (object, "textBody", g_email_get_text_body (email));
  set_text (object, "htmlBody", g_email_get_html_body (email));
  set_text (object, "preview", g_email_get_preview (email));
  set_list (object, "attachments", g_email_get_attachments (email), make_attachment);
  if (root == NULL)
    return;

  values = json_object_new ();
  add_body_values (values, root);
  json_object_set_object_member (object, "bodyStructure", make_part (root));
  json_object_set_object_member (object, "bodyValues", values);
}

static JsonObject *
make_keywords (const char *const *keywords)
{
  JsonObject *object = json_object_new ();

  for (guint i = 0; keywords[i] != NULL; i++)
    json_object_set_boolean_member (object, keywords[i], TRUE);

  return object;
}

/**
 * g_email_to_json:
 * @self: a #GEmail
 *
 * Writes the mail as 4D's Email object, which has the names of JMAP (RFC 8621): `subject`, `from`,
 * `receivedAt`, `textBody`, `bodyValues` and so on. Dates are ISO 8601 in UTC, keywords are
 * `{"$seen": true}`. What the mail does not have has no member. The contents of attachments are not in
 * it. Nothing is asked of the server: of a mail that was fetched as a summary there is the summary.
 *
 * |[<!-- language="C" -->
 * g_autoptr (JsonNode) node = g_email_to_json (email);
 * g_autofree char *text = json_to_string (node, TRUE);
 *
 * g_print ("%s\n", text);
 * ]|
 *
 * Returns: (transfer full): a node that holds an object
 *
 * Since: 1.0
 */
JsonNode *
g_email_to_json (GEmail *self)
{
  JsonObject *object;
  JsonNode *node;
  const char *const *references;

  g_return_val_if_fail (G_IS_EMAIL (self), NULL);

  object = json_object_new ();
  references = g_email_get_references (self);
  set_text (object, "id", g_email_get_id (self));
  if (g_email_get_size (self) > 0)
    json_object_set_int_member (object, "size", g_email_get_size (self));
  set_date (object, "receivedAt", g_email_get_received_at (self));
  set_date (object, "sendAt", g_email_get_send_at (self));
  set_text (object, "subject", g_email_get_subject (self));
  set_text (object, "messageId", g_email_get_message_id (self));
  set_text (object, "inReplyTo", g_email_get_in_reply_to (self));
  if (references[0] != NULL)
    json_object_set_array_member (object, "references", make_texts (references));
  set_text (object, "comments", g_email_get_comments (self));
  set_list (object, "from", g_email_get_from (self), make_address);
  set_list (object, "sender", g_email_get_sender (self), make_address);
  set_list (object, "replyTo", g_email_get_reply_to (self), make_address);
  set_list (object, "to", g_email_get_to (self), make_address);
  set_list (object, "cc", g_email_get_cc (self), make_address);
  set_list (object, "bcc", g_email_get_bcc (self), make_address);
  set_list (object, "headers", g_email_get_headers (self), make_header);
  json_object_set_object_member (object, "keywords", make_keywords (g_email_get_keywords (self)));
  set_body (object, self);

  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);

  return node;
}
