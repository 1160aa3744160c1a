/* A mail read from what 4D writes in JSON.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/g-email.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/mail/email-object.h"
#include "gimap4d/mail/g-email-address.h"
#include "gimap4d/mail/g-email-header.h"

typedef gboolean (*ReadFunc) (
    GEmail *email, EmailFact fact, const char *name, JsonNode *node, GError **error);

static gboolean
refuse (GError **error, const char *name, const char *expected)
{
  g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
               _ ("The mail cannot be read from JSON: “%s” is not %s"), name, _ (expected));

  return FALSE;
}

static const char *
get_text (JsonNode *node)
{
  return json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

/* NULL when there is no such member or it is no text. */
static const char *
get_member (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? get_text (node) : NULL;
}

static gboolean
read_text (GEmail *email, EmailFact fact, const char *name, JsonNode *node, GError **error)
{
  const char *text = JSON_NODE_HOLDS_VALUE (node) ? get_text (node) : NULL;

  if (text == NULL)
    return refuse (error, name, N_ ("a text"));

  email_set_fact (email, fact, text);

  return TRUE;
}

static gboolean
read_date (GEmail *email, EmailFact fact, const char *name, JsonNode *node, GError **error)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  const char *text = JSON_NODE_HOLDS_VALUE (node) ? get_text (node) : NULL;
  g_autoptr (GDateTime) date = text != NULL ? g_date_time_new_from_iso8601 (text, utc) : NULL;

  if (date == NULL)
    return refuse (error, name, N_ ("a date of ISO 8601"));

  email_set_fact (email, fact, date);

  return TRUE;
}

static gboolean
read_texts (GEmail *email, EmailFact fact, const char *name, JsonNode *node, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) texts = NULL;
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      const char *text = JSON_NODE_HOLDS_VALUE (element) ? get_text (element) : NULL;

      if (text == NULL)
        return refuse (error, name, N_ ("an array of texts"));
      g_strv_builder_add (builder, text);
    }
  if (array == NULL)
    return refuse (error, name, N_ ("an array of texts"));

  texts = g_strv_builder_end (builder);
  email_set_fact (email, fact, texts);

  return TRUE;
}

/* {"$seen": true}; what is false is not set. */
static gboolean
read_keywords (GEmail *email, EmailFact fact, const char *name, JsonNode *node, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) keywords = NULL;
  JsonObjectIter iter;
  const char *keyword;
  JsonNode *value;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return read_texts (email, fact, name, node, error);

  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &keyword, &value))
    {
      if (!JSON_NODE_HOLDS_VALUE (value) || json_node_get_value_type (value) != G_TYPE_BOOLEAN)
        return refuse (error, name, N_ ("an object of booleans"));
      if (json_node_get_boolean (value))
        g_strv_builder_add (builder, keyword);
    }

  keywords = g_strv_builder_end (builder);
  email_set_fact (email, fact, keywords);

  return TRUE;
}

static const char *
get_field (EmailFact fact)
{
  static const char *const fields[] = { "from", "sender", "reply-to", "to", "cc", "bcc" };

  return fields[fact - EMAIL_FACT_FROM];
}

/* A text may hold several. */
static gboolean
add_addresses (GListStore *store, EmailFact fact, const char *name, JsonNode *node, GError **error)
{
  g_autoptr (GEmail) parsed = NULL;
  GListModel *list;

  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *object = json_node_get_object (node);
      g_autoptr (GEmailAddress)
          address = g_email_address_new (get_member (object, "name"), get_member (object, "email"));

      if (g_email_address_get_email (address) == NULL)
        return refuse (error, name, N_ ("an object with a member “email”"));
      g_list_store_append (store, address);

      return TRUE;
    }
  if (!JSON_NODE_HOLDS_VALUE (node) || get_text (node) == NULL)
    return refuse (error, name, N_ ("addresses"));

  parsed = g_email_new ();
  if (!g_email_set_addresses (parsed, get_field (fact), get_text (node), error))
    return FALSE;

  list = email_get_fact (parsed, fact);
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (GEmailAddress) address = g_list_model_get_item (list, i);

      g_list_store_append (store, address);
    }

  return TRUE;
}

static gboolean
read_addresses (GEmail *email, EmailFact fact, const char *name, JsonNode *node, GError **error)
{
  g_autoptr (GListStore) store = g_list_store_new (G_TYPE_EMAIL_ADDRESS);
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (array == NULL && !add_addresses (store, fact, name, node, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    if (!add_addresses (store, fact, name, json_array_get_element (array, i), error))
      return FALSE;

  email_set_fact (email, fact, store);

  return TRUE;
}

static JsonObject *
get_object (JsonArray *array, guint index)
{
  JsonNode *node = json_array_get_element (array, index);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static gboolean
read_headers (GEmail *email, EmailFact fact, const char *name, JsonNode *node, GError **error)
{
  g_autoptr (GListStore) store = g_list_store_new (G_TYPE_EMAIL_HEADER);
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *object = get_object (array, i);
      const char *field = object != NULL ? get_member (object, "name") : NULL;
      const char *value = object != NULL ? get_member (object, "value") : NULL;
      g_autoptr (GEmailHeader) header = NULL;

      if (field == NULL || value == NULL)
        return refuse (error, name, N_ ("an array of objects with “name” and “value”"));
      header = g_email_header_new (field, value);
      g_list_store_append (store, header);
    }
  if (array == NULL)
    return refuse (error, name, N_ ("an array"));

  email_set_fact (email, fact, store);

  return TRUE;
}

static GMailAttachment *
make_attachment (JsonObject *object)
{
  const char *content = get_member (object, "content");
  g_autofree guchar *decoded = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize length;

  if (content == NULL)
    return NULL;

  decoded = g_base64_decode (content, &length);
  bytes = g_bytes_new_take (g_steal_pointer (&decoded), length);

  return g_mail_attachment_new_from_bytes (bytes, get_member (object, "name"),
                                           get_member (object, "cid"), get_member (object, "type"),
                                           get_member (object, "disposition"));
}

/* A path in JSON is not followed: who writes the JSON need not be who may read the file. */
static gboolean
read_attachments (GEmail *email, EmailFact fact, const char *name, JsonNode *node, GError **error)
{
  g_autoptr (GListStore) store = g_list_store_new (G_TYPE_MAIL_ATTACHMENT);
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *object = get_object (array, i);
      g_autoptr (GMailAttachment) attachment = object != NULL ? make_attachment (object) : NULL;

      if (attachment == NULL)
        return refuse (error, name, N_ ("an array of objects with “content” in base64"));
      g_list_store_append (store, attachment);
    }
  if (array == NULL)
    return refuse (error, name, N_ ("an array"));

  email_set_fact (email, fact, store);

  return TRUE;
}

static const struct
{
  const char *name;
  EmailFact fact;
  ReadFunc read;
} members[] = {
  { "id", EMAIL_FACT_ID, read_text },
  { "subject", EMAIL_FACT_SUBJECT, read_text },
  { "messageId", EMAIL_FACT_MESSAGE_ID, read_text },
  { "inReplyTo", EMAIL_FACT_IN_REPLY_TO, read_text },
  { "comments", EMAIL_FACT_COMMENTS, read_text },
  { "textBody", EMAIL_FACT_TEXT_BODY, read_text },
  { "htmlBody", EMAIL_FACT_HTML_BODY, read_text },
  { "receivedAt", EMAIL_FACT_RECEIVED_AT, read_date },
  { "sendAt", EMAIL_FACT_SEND_AT, read_date },
  { "references", EMAIL_FACT_REFERENCES, read_texts },
  { "keywords", EMAIL_FACT_KEYWORDS, read_keywords },
  { "from", EMAIL_FACT_FROM, read_addresses },
  { "sender", EMAIL_FACT_SENDER, read_addresses },
  { "replyTo", EMAIL_FACT_REPLY_TO, read_addresses },
  { "to", EMAIL_FACT_TO, read_addresses },
  { "cc", EMAIL_FACT_CC, read_addresses },
  { "bcc", EMAIL_FACT_BCC, read_addresses },
  { "headers", EMAIL_FACT_HEADERS, read_headers },
  { "attachments", EMAIL_FACT_ATTACHMENTS, read_attachments },
};

/**
 * g_email_new_from_json:
 * @node: a node that holds an object
 * @error: return location for a #GError
 *
 * Makes a mail from 4D's Email object, as g_email_to_json() writes it. An address property is a text
 * that may hold several addresses, an object `{"name": …, "email": …}`, or an array of those. Keywords
 * are `{"$draft": true}` or an array of texts. An attachment is
 * `{"content": base64, "name": …, "cid": …, "type": …, "disposition": …}`; files are not read, so that
 * it is safe to take the JSON from somebody else: add them with g_email_add_attachment(). A member
 * that is null counts as absent. What a mail to be sent does not have, like `size` or
 * `bodyStructure`, and members that are unknown are passed over.
 *
 * |[<!-- language="C" -->
 * g_autoptr (JsonNode) node = json_from_string ("{\"subject\": \"Hello\", \"to\": \"a@example.com\"}",
 *                                               &error);
 * g_autoptr (GEmail) email = node != NULL ? g_email_new_from_json (node, &error) : NULL;
 * ]|
 *
 * Returns: (transfer full): a new mail, or %NULL with %G_IMAP_ERROR_INVALID_ARGUMENT when a member
 *   has not the type that it should have
 *
 * Since: 1.0
 */
GEmail *
g_email_new_from_json (JsonNode *node, GError **error)
{
  g_autoptr (GEmail) email = NULL;
  JsonObject *object;

  g_return_val_if_fail (node != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      refuse (error, "Email", N_ ("an object"));
      return NULL;
    }

  email = g_email_new ();
  object = json_node_get_object (node);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      JsonNode *member = json_object_get_member (object, members[i].name);

      if (member != NULL && !JSON_NODE_HOLDS_NULL (member) &&
          !members[i].read (email, members[i].fact, members[i].name, member, error))
        return NULL;
    }

  return g_steal_pointer (&email);
}
