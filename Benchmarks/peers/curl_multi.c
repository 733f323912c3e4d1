/* The peer of the delivery benchmark: posts bodies with libcurl's multi interface and nothing else.
 *
 * curl_multi BODIES URL CONNECTIONS; BODIES holds for each body its length in four bytes, and the bytes. Prints JSON. */
#include <curl/curl.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

static const char *next, *end;

static size_t discard(char *bytes, size_t size, size_t count, void *own) {
    (void)bytes;
    (void)own;
    return size * count;
}

/* Hands the next body to the handle; 0 when there is none. */
static int load(CURL *easy) {
    uint32_t length;
    if (next + sizeof length > end) return 0;
    memcpy(&length, next, sizeof length);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, next + sizeof length);
    next += sizeof length + length;
    return 1;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
    if (count != 4) return 64;
    int file = open(arguments[1], O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status)) return 1;
    const char *bytes = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    if (bytes == MAP_FAILED) return 1;
    next = bytes;
    end = bytes + status.st_size;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM *multi = curl_multi_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    double start = now();
    int active = 0;
    for (int index = 0; index < atoi(arguments[3]); index++) {
        CURL *easy = curl_easy_init();
        curl_easy_setopt(easy, CURLOPT_URL, arguments[2]);
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard);
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        if (!load(easy)) break;
        curl_multi_add_handle(multi, easy);
        active++;
    }
    long sent = 0, failed = 0;
    while (active) {
        int running, remaining;
        curl_multi_perform(multi, &running);
        CURLMsg *message;
        while ((message = curl_multi_info_read(multi, &remaining))) {
            if (message->msg != CURLMSG_DONE) continue;
            CURL *easy = message->easy_handle;
            long code = 0;
            curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
            if (message->data.result == CURLE_OK && code == 202) sent++; else failed++;
            curl_multi_remove_handle(multi, easy);
            if (load(easy)) curl_multi_add_handle(multi, easy); else active--;
        }
        if (active) curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    printf("{\"seconds\": %f, \"sent\": %ld, \"failed\": %ld}\n", now() - start, sent, failed);
    return failed != 0;
}
