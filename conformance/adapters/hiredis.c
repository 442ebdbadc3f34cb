/*
 * hiredis: the reader of the C client, as the distribution packages it.
 *
 * Streams come in on standard input: a line "LENGTH SIZE ...", then LENGTH bytes. Each is given to a reader of its own in
 * chunks of these sizes, the last size again and again. Out go JSON lines: one for each value, ["fail", why] where the
 * reader refuses, ["end"] behind each stream.
 *
 *     cc -o hiredis hiredis.c -lhiredis
 */
#include <hiredis/hiredis.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say_bytes(const char *bytes, size_t length) {
    printf("{\"hex\":\"");
    for (size_t at = 0; at < length; at++) printf("%02x", (unsigned char)bytes[at]);
    printf("\"}");
}

/* The reader's own words, without what JSON would have to escape. */
static void say_failure(const char *text) {
    printf("[\"fail\",\"");
    for (; *text != '\0'; text++) putchar(*text < ' ' || *text == '"' || *text == '\\' || *text > '~' ? '?' : *text);
    printf("\"]\n");
}

static void say_tagged(const char *tag, const redisReply *reply) {
    printf("[\"%s\",", tag);
    say_bytes(reply->str, reply->len);
    printf("]");
}

static void say(const redisReply *reply);

static void say_list(const char *tag, const redisReply *reply) {
    printf("[\"%s\",[", tag);
    for (size_t at = 0; at < reply->elements; at++) {
        if (at > 0) printf(",");
        say(reply->element[at]);
    }
    printf("]]");
}

#ifdef REDIS_REPLY_MAP
static void say_pairs(const char *tag, const redisReply *reply) {
    printf("[\"%s\",[", tag);
    for (size_t at = 0; at + 1 < reply->elements; at += 2) {
        if (at > 0) printf(",");
        printf("[");
        say(reply->element[at]);
        printf(",");
        say(reply->element[at + 1]);
        printf("]");
    }
    printf("]]");
}

static void say_double(double value) {
    if (isnan(value)) printf("[\",\",\"nan\"]");
    else if (isinf(value)) printf("[\",\",\"%s\"]", value > 0 ? "inf" : "-inf");
    else printf("[\",\",\"%.17g\"]", value);
}
#endif

static void say(const redisReply *reply) {
    if (reply == NULL) {
        printf("[\"nothing\"]");
        return;
    }
    switch (reply->type) {
    case REDIS_REPLY_STATUS: say_tagged("+", reply); break;
    case REDIS_REPLY_ERROR: say_tagged("error", reply); break;
    case REDIS_REPLY_STRING: say_tagged("$", reply); break;
    case REDIS_REPLY_INTEGER: printf("[\":\",\"%lld\"]", reply->integer); break;
    case REDIS_REPLY_NIL: printf("[\"_\"]"); break;
    case REDIS_REPLY_ARRAY: say_list("*", reply); break;
#ifdef REDIS_REPLY_MAP
    case REDIS_REPLY_SET: say_list("~", reply); break;
    case REDIS_REPLY_PUSH: say_list(">", reply); break;
    case REDIS_REPLY_MAP: say_pairs("%", reply); break;
    case REDIS_REPLY_ATTR: say_pairs("attribute", reply); break;
    case REDIS_REPLY_BOOL: printf("[\"#\",%s]", reply->integer ? "true" : "false"); break;
    case REDIS_REPLY_DOUBLE: say_double(reply->dval); break;
#endif
#ifdef REDIS_REPLY_BIGNUM
    case REDIS_REPLY_BIGNUM: printf("[\"(\",\"%s\"]", reply->str); break;
#endif
#ifdef REDIS_REPLY_VERB
    case REDIS_REPLY_VERB:
        printf("[\"=\",\"%.3s\",", reply->vtype);
        say_bytes(reply->str, reply->len);
        printf("]");
        break;
#endif
    default: printf("[\"unknown\",%d]", reply->type);
    }
}

/* Feeds one chunk, and says what it completes; 0 when the reader refuses. */
static int feed(redisReader *reader, const char *chunk, size_t length) {
    void *reply = NULL;
    if (redisReaderFeed(reader, chunk, length) != REDIS_OK) return 0;
    for (;;) {
        if (redisReaderGetReply(reader, &reply) != REDIS_OK) return 0;
        if (reply == NULL) return 1;
        say(reply);
        printf("\n");
        freeReplyObject(reply);
    }
}

static void read_stream(const char *wire, size_t length, char *sizes) {
    redisReader *reader = redisReaderCreate();
    size_t size = length;
    for (size_t from = 0; from < length; from += size) {
        char *next;
        size_t given = strtoul(sizes, &next, 10);
        if (next != sizes) size = given;
        sizes = next;
        if (size > length - from) size = length - from;
        if (feed(reader, wire + from, size)) continue;
        say_failure(reader->err ? reader->errstr : "out of memory");
        break;
    }
    redisReaderFree(reader);
    printf("[\"end\"]\n");
}

int main(void) {
    char *line = NULL;
    size_t room = 0;
#ifdef REDIS_REPLY_MAP
    const char *protocols = "[2,3]";
#else
    const char *protocols = "[2]";
#endif
    printf("[\"parser\",{\"name\":\"hiredis\",\"version\":\"%d.%d.%d\",\"protocols\":%s}]\n", HIREDIS_MAJOR,
           HIREDIS_MINOR, HIREDIS_PATCH, protocols);
    fflush(stdout);
    while (getline(&line, &room, stdin) > 0) {
        char *sizes;
        size_t length = strtoul(line, &sizes, 10);
        char *wire = malloc(length + 1);
        if (wire == NULL || fread(wire, 1, length, stdin) != length) return 1;
        read_stream(wire, length, sizes);
        fflush(stdout);
        free(wire);
    }
    return 0;
}
