/* Methods that clients call by name: what is converted, what is refused, what goes on.
 *
 * The objects are GIO's and ours, whose typelibs are there, and one of our own making.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "server-fixture.h"

#include <girepository.h>
#include <string.h>

#include "odd/odd-thing.h"

static ServerFixture *
fixture_with (GObject *object, const char *const *methods)
{
  ServerFixture *fixture = server_fixture_new ("P");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; methods[i] != NULL; i++)
    {
      g_assert_true (g_rest_server_expose_method (fixture->server, "$singleton/Thing", object,
                                                  methods[i], G_REST_EXPOSE_NONE, &error));
      g_assert_no_error (error);
    }
  server_fixture_listen (fixture);

  return fixture;
}

static void
assert_call (ServerFixture *fixture,
             const char *method,
             const char *parameters,
             const char *expected)
{
  g_autofree char *path = g_strconcat ("/rest/$singleton/Thing/", method, NULL);
  g_autofree char *text = server_fixture_curl_text (fixture, path, "--data-binary", parameters,
                                                    "-w", "|%{http_code}", NULL);

  if (strstr (text, expected) == NULL)
    g_error ("%s (%s): %s", method, parameters, text);
}

static void
test_values (void)
{
  static const char *const methods[] = { "set_attribute_string",  "get_attribute_string",
                                         "has_attribute",         "set_attribute_boolean",
                                         "set_attribute_int32",   "set_attribute_uint64",
                                         "get_attribute_int32",   "set_attribute_stringv",
                                         "get_attribute_stringv", "set_file_type",
                                         "get_file_type",         "list_attributes",
                                         "set_attribute_uint32",  NULL };
  g_autoptr (GFileInfo) info = g_file_info_new ();
  g_autoptr (ServerFixture) fixture = fixture_with (G_OBJECT (info), methods);

  assert_call (fixture, "set_attribute_string", "[\"a::text\",\"\xc3\xa9\"]",
               "{\"result\":null}|200");
  assert_call (fixture, "get_attribute_string", "[\"a::text\"]", "{\"result\":\"\xc3\xa9\"}|200");
  assert_call (fixture, "get_attribute_string", "[\"a::none\"]", "{\"result\":null}|200");
  assert_call (fixture, "has_attribute", "[\"a::text\"]", "{\"result\":true}|200");
  assert_call (fixture, "set_attribute_boolean", "[\"a::is\",true]", "|200");
  g_assert_true (g_file_info_get_attribute_boolean (info, "a::is"));
  assert_call (fixture, "set_attribute_int32", "[\"a::n\",-2147483648]", "|200");
  assert_call (fixture, "get_attribute_int32", "[\"a::n\"]", "{\"result\":-2147483648}|200");
  assert_call (fixture, "set_attribute_uint64", "[\"a::u\",9007199254740993]", "|200");
  g_assert_cmpuint (g_file_info_get_attribute_uint64 (info, "a::u"), ==, 9007199254740993);
  assert_call (fixture, "set_file_type", "[\"directory\"]", "|200");
  g_assert_cmpint (g_file_info_get_file_type (info), ==, G_FILE_TYPE_DIRECTORY);
  assert_call (fixture, "set_file_type", "[1]", "|200");
  assert_call (fixture, "get_file_type", "[]", "{\"result\":\"regular\"}|200");
  assert_call (fixture, "list_attributes", "[\"a\"]", "\"a::text\"");
  assert_call (fixture, "list_attributes", "[]", "\"standard::type\"");
}

static void
test_refused_values (void)
{
  static const char *const methods[] = { "set_attribute_string",
                                         "set_attribute_boolean",
                                         "set_attribute_int32",
                                         "set_attribute_uint32",
                                         "set_file_type",
                                         "get_file_type",
                                         NULL };
  static const struct
  {
    const char *method;
    const char *parameters;
    const char *why;
  } rows[] = {
    { "set_attribute_string", "[]", "The parameter attribute has to be given" },
    { "set_attribute_string", "[\"a::b\"]", "The parameter attr_value has to be given" },
    { "set_attribute_string", "[\"a::b\",null]", "has to be given" },
    { "set_attribute_string", "[\"a::b\",1]", "The parameter attr_value has to be a text" },
    { "set_attribute_string", "[\"a::b\",\"c\",\"d\"]", "too many parameters: it takes 2" },
    { "set_attribute_boolean", "[\"a::b\",1]", "true or false" },
    { "set_attribute_boolean", "[\"a::b\",\"true\"]", "true or false" },
    { "set_attribute_int32", "[\"a::b\",2147483648]", "within the range" },
    { "set_attribute_int32", "[\"a::b\",1.5]", "a whole number" },
    { "set_attribute_int32", "[\"a::b\",\"1\"]", "a whole number" },
    { "set_attribute_uint32", "[\"a::b\",-1]", "within the range" },
    { "set_attribute_uint32", "[\"a::b\",4294967296]", "within the range" },
    { "set_file_type", "[\"other\"]", "one of the values" },
    { "set_file_type", "[99]", "one of the values" },
    { "set_file_type", "[[]]", "one of the values" },
    { "get_file_type", "[1]", "too many parameters: it takes 0" },
  };
  g_autoptr (GFileInfo) info = g_file_info_new ();
  g_autoptr (ServerFixture) fixture = fixture_with (G_OBJECT (info), methods);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      assert_call (fixture, rows[i].method, rows[i].parameters, rows[i].why);
      assert_call (fixture, rows[i].method, rows[i].parameters, "|400");
    }
  /* Nothing but what was named. */
  assert_call (fixture, "get_name", "[]", "|404");
  assert_call (fixture, "unref", "[]", "|404");
}

static void
test_not_exposable (void)
{
  static const struct
  {
    const char *method;
    int code;
  } rows[] = {
    { "no_such_method", G_IO_ERROR_NOT_FOUND },
    { "unref", G_IO_ERROR_NOT_FOUND },
    { "run_dispose", G_IO_ERROR_NOT_FOUND },
    { "new", G_IO_ERROR_NOT_FOUND },
    { "copy_into", G_IO_ERROR_NOT_SUPPORTED },
    { "set_name", G_IO_ERROR_NOT_SUPPORTED },
    { "get_attribute_data", G_IO_ERROR_NOT_SUPPORTED },
    { "set_attribute_object", G_IO_ERROR_NOT_SUPPORTED },
    { "set_symbolic_icon", G_IO_ERROR_NOT_SUPPORTED },
  };
  g_autoptr (GFileInfo) info = g_file_info_new ();
  g_autoptr (GRestServer) server = g_rest_server_new ("P");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (g_rest_server_expose_method (server, "$catalog", G_OBJECT (info),
                                                   rows[i].method, G_REST_EXPOSE_NONE, &error));
      g_assert_error (error, G_IO_ERROR, rows[i].code);
    }
}

/* Objects, lists of them, and what says of itself what it is. */
static void
test_objects (void)
{
  static const char *const methods[] = { "get_item", NULL };
  static const char *const mail_methods[] = { "get_attachments", "to_json", "get_received_at",
                                              "get_keywords", NULL };
  g_autoptr (GListStore) store = g_list_store_new (G_TYPE_EMAIL_ADDRESS);
  g_autoptr (GEmailAddress) address = g_email_address_new ("Ada", "a@example.com");
  g_autoptr (ServerFixture) fixture = NULL;
  g_autoptr (ServerFixture) mails = NULL;
  g_autoptr (GEmail) mail = g_email_new ();
  g_autoptr (GDateTime) time = g_date_time_new_utc (2026, 3, 4, 5, 6, 7);

  g_list_store_append (store, address);
  fixture = fixture_with (G_OBJECT (store), methods);
  assert_call (fixture, "get_item", "[0]",
               "{\"result\":{\"name\":\"Ada\",\"email\":\"a@example.com\"");
  assert_call (fixture, "get_item", "[5]", "{\"result\":null}|200");

  g_email_set_subject (mail, "Hello");
  g_object_set (mail, "received-at", time, NULL);
  mails = fixture_with (G_OBJECT (mail), mail_methods);
  assert_call (mails, "get_attachments", "[]", "{\"result\":[]}|200");
  assert_call (mails, "to_json", "[]", "\"subject\":\"Hello\"");
  assert_call (mails, "get_received_at", "[]", "{\"result\":\"2026-03-04T05:06:07Z\"}|200");
  assert_call (mails, "get_keywords", "[]", "{\"result\":[]}|200");
}

/* A list that holds itself, and a long one. */
static void
test_endless_objects (void)
{
  static const char *const methods[] = { "get_item", NULL };
  g_autoptr (GListStore) holder = g_list_store_new (G_TYPE_LIST_STORE);
  g_autoptr (GListStore) circle = g_list_store_new (G_TYPE_OBJECT);
  g_autoptr (GListStore) many = g_list_store_new (G_TYPE_CANCELLABLE);
  g_autoptr (GCancellable) item = g_cancellable_new ();
  g_autoptr (ServerFixture) fixture = NULL;

  g_list_store_append (circle, circle);
  g_list_store_append (circle, circle);
  for (guint i = 0; i < 10000; i++)
    g_list_store_append (many, item);
  g_list_store_append (holder, circle);
  g_list_store_append (holder, many);
  fixture = fixture_with (G_OBJECT (holder), methods);
  assert_call (fixture, "get_item", "[0]", "|500");
  g_assert_nonnull (strstr (fixture->failures->str, "nested too deeply"));
  assert_call (fixture, "get_item", "[1]", "|500");
  g_list_store_remove (many, 0);
  assert_call (fixture, "get_item", "[1]", "|200");
  g_list_store_remove_all (circle);
}

/* A pair of functions that goes on; its errors stay inside. */
static void
test_pairs (void)
{
  static const char *const methods[] = {
    "check_connection", "get_delimiter", "get_mails", "get_host", "get_port", "close", NULL
  };
  g_autoptr (GImapTransporter) transporter = g_object_new (
      G_TYPE_IMAP_TRANSPORTER, "host", "127.0.0.1", "port", 1, "user", "u", "password", "p", NULL);
  g_autoptr (ServerFixture) fixture = fixture_with (G_OBJECT (transporter), methods);

  assert_call (fixture, "get_host", "[]", "{\"result\":\"127.0.0.1\"}|200");
  assert_call (fixture, "get_port", "[]", "{\"result\":1}|200");
  /* The status says it: it does not fail. */
  assert_call (fixture, "check_connection", "[]", "\"success\":false");
  assert_call (fixture, "check_connection", "[]", "\"statusText\":\"");
  g_assert_cmpuint (fixture->failures->len, ==, 0);
  assert_call (fixture, "get_delimiter", "[]",
               "{\"__ERROR\":[{\"message\":\"The function has failed\"");
  assert_call (fixture, "get_delimiter", "[]", "|500");
  g_assert_cmpuint (fixture->failures->len, >, 0);
  /* A set of ids is made of a text. */
  assert_call (fixture, "get_mails", "[\"1:20\",0]", "|500");
  assert_call (fixture, "get_mails", "[\"x\",0]", "|400");
  assert_call (fixture, "get_mails", "[\"1\",64]", "one of the values");
  assert_call (fixture, "get_mails", "[7,0]", "|400");
  assert_call (fixture, "close", "[]", "{\"result\":true}|200");
}

/* Methods that HTTPHandlers.json names. */
static void
test_singleton (void)
{
  static const char list[] =
      "[{\"class\":\"Info\",\"method\":\"get_display_name\",\"pattern\":\"name\"},"
      "{\"class\":\"Info\",\"method\":\"get_attribute_string\",\"pattern\":\"attribute\"},"
      "{\"class\":\"Info\",\"method\":\"get_icon_of\",\"pattern\":\"none\"}]";
  g_autoptr (ServerFixture) fixture = server_fixture_new ("P");
  g_autoptr (GFileInfo) info = g_file_info_new ();
  g_autoptr (GFile) file = NULL;
  g_autoptr (GFileIOStream) stream = NULL;
  g_autofree char *name = NULL;
  g_autofree char *without = NULL;
  g_autofree char *none = NULL;

  file = g_file_new_tmp (NULL, &stream, NULL);
  g_assert_true (g_file_replace_contents (file, list, strlen (list), NULL, FALSE,
                                          G_FILE_CREATE_NONE, NULL, NULL, NULL));
  g_assert_true (g_rest_server_load_handlers (fixture->server, file, NULL));
  g_file_delete (file, NULL, NULL);
  g_file_info_set_display_name (info, "a name");
  g_rest_server_add_singleton (fixture->server, "Info", G_OBJECT (info));
  server_fixture_listen (fixture);
  name = server_fixture_curl_text (fixture, "/name", NULL);
  g_assert_cmpstr (name, ==, "a name");
  without = server_fixture_curl_text (fixture, "/attribute", "-w", "|%{http_code}", NULL);
  g_assert_nonnull (strstr (without, "|400"));
  none = server_fixture_curl_text (fixture, "/none", "-w", "|%{http_code}", NULL);
  g_assert_cmpstr (none, ==, "Cannot find singleton function\n|500");
}

/* The last reference to the object may be that of a call. */
static void
test_lifetime (void)
{
  static const char *const methods[] = { "get_attribute_string", "get_file_type", NULL };
  GFileInfo *info = g_file_info_new ();
  g_autoptr (ServerFixture) fixture = fixture_with (G_OBJECT (info), methods);

  g_object_unref (info);
  assert_call (fixture, "get_file_type", "[]", "|200");
  g_object_add_weak_pointer (G_OBJECT (info), (gpointer *) &info);
  g_assert_true (
      g_rest_server_conceal (fixture->server, "$singleton/Thing", "get_attribute_string"));
  g_assert_nonnull (info);
  g_assert_true (g_rest_server_conceal (fixture->server, "$singleton/Thing", "get_file_type"));
  while (info != NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* What a client would have to know of memory, and what has no form in JSON. */
static void
test_odd_functions (void)
{
  static const char *const refused[] = { "count",    "count_three", "list",     "get_colour",
                                         "get_spec", "set_colour",  "get_word", "consume",
                                         "wait",     NULL };
  static const char *const methods[] = { "count_ended", "get_label", "half", NULL };
  g_autoptr (OddThing) thing = odd_thing_new ();
  g_autoptr (GRestServer) server = g_rest_server_new ("P");
  g_autoptr (ServerFixture) fixture = NULL;
  g_autoptr (GError) error = NULL;

  g_irepository_require (NULL, "Odd", "1.0", 0, &error);
  g_assert_no_error (error);
  for (guint i = 0; refused[i] != NULL; i++)
    {
      g_test_message ("%s", refused[i]);
      g_assert_false (g_rest_server_expose_method (server, "$catalog", G_OBJECT (thing), refused[i],
                                                   G_REST_EXPOSE_NONE, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
      g_clear_error (&error);
    }

  fixture = fixture_with (G_OBJECT (thing), methods);
  assert_call (fixture, "count_ended", "[[\"a\",\"b\"]]", "{\"result\":2}|200");
  assert_call (fixture, "get_label", "[]", "{\"result\":\"a label\"}|200");
  assert_call (fixture, "half", "[3]", "{\"result\":1.5}|200");
  assert_call (fixture, "half", "[1e39]", "|400");
  assert_call (fixture, "half", "[-1e999]", "|400");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rest-method/values", test_values);
  g_test_add_func ("/rest-method/refused-values", test_refused_values);
  g_test_add_func ("/rest-method/not-exposable", test_not_exposable);
  g_test_add_func ("/rest-method/objects", test_objects);
  g_test_add_func ("/rest-method/endless-objects", test_endless_objects);
  g_test_add_func ("/rest-method/odd-functions", test_odd_functions);
  g_test_add_func ("/rest-method/pairs", test_pairs);
  g_test_add_func ("/rest-method/singleton", test_singleton);
  g_test_add_func ("/rest-method/lifetime", test_lifetime);

  return g_test_run ();
}
