#include "server/http/request_guard.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace gate::server {
namespace {

constexpr HttpLimits kLimits;

std::string head(std::string_view line, std::string_view fields = "") {
  return std::string(line) + "\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

struct RefusedHead {
  const char* note;
  std::string text;
  HttpFault fault;
};

TEST(RequestGuard, RefusesWhatTwoParsersCouldReadDifferently) {
  const std::vector<RefusedHead> cases = {
      {"length beside coding",
       head("POST / HTTP/1.1", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
       HttpFault::kLengthAndCoding},
      {"coding beside length",
       head("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"),
       HttpFault::kLengthAndCoding},
      {"two equal lengths", head("POST / HTTP/1.1", "Content-Length: 3\r\nContent-Length: 3\r\n"),
       HttpFault::kRepeatedLength},
      {"list of lengths", head("POST / HTTP/1.1", "Content-Length: 3, 3\r\n"),
       HttpFault::kBadLength},
      {"signed length", head("POST / HTTP/1.1", "Content-Length: +3\r\n"), HttpFault::kBadLength},
      {"hexadecimal length", head("POST / HTTP/1.1", "Content-Length: 0x3\r\n"),
       HttpFault::kBadLength},
      {"empty length", head("POST / HTTP/1.1", "Content-Length: \r\n"), HttpFault::kBadLength},
      {"very long length", head("POST / HTTP/1.1", "Content-Length: 18446744073709551617\r\n"),
       HttpFault::kBodyTooLarge},
      {"coding twice",
       head("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
       HttpFault::kRepeatedCoding},
      {"coding list", head("POST / HTTP/1.1", "Transfer-Encoding: gzip, chunked\r\n"),
       HttpFault::kUnknownCoding},
      {"disguised coding", head("POST / HTTP/1.1", "Transfer-Encoding: xchunked\r\n"),
       HttpFault::kUnknownCoding},
      {"coding in HTTP/1.0", head("POST / HTTP/1.0", "Transfer-Encoding: chunked\r\n"),
       HttpFault::kCodingInOldVersion},
      {"blank before the colon", head("POST / HTTP/1.1", "Content-Length : 3\r\n"),
       HttpFault::kBadFieldName},
      {"folded field", head("POST / HTTP/1.1", "X-A: b\r\n c\r\n"), HttpFault::kFoldedField},
      {"folded with a tab", head("POST / HTTP/1.1", "X-A: b\r\n\tc\r\n"), HttpFault::kFoldedField},
      {"no colon", head("POST / HTTP/1.1", "X-A\r\n"), HttpFault::kBadFieldName},
      {"empty name", head("POST / HTTP/1.1", ": b\r\n"), HttpFault::kBadFieldName},
      {"NUL in a value", head("POST / HTTP/1.1", std::string("X-A: b\0c\r\n", 10)),
       HttpFault::kBadFieldValue},
      {"two hosts", head("POST / HTTP/1.1", "Host: b\r\n"), HttpFault::kRepeatedHost},
      {"no host", "POST / HTTP/1.1\r\n\r\n", HttpFault::kMissingHost},
      {"two blanks", head("POST  / HTTP/1.1"), HttpFault::kBadRequestLine},
      {"tab as separator", head("POST\t/\tHTTP/1.1"), HttpFault::kBadRequestLine},
      {"no version", head("POST /"), HttpFault::kBadRequestLine},
      {"lower-case version", head("POST / http/1.1"), HttpFault::kBadRequestLine},
      {"HTTP/2", head("POST / HTTP/2.0"), HttpFault::kBadVersion},
      {"absolute target", head("POST http://a/ HTTP/1.1"), HttpFault::kBadTarget},
      {"fragment", head("POST /a#b HTTP/1.1"), HttpFault::kBadTarget},
      {"eight-bit target", head("POST /\xc3\xa4 HTTP/1.1"), HttpFault::kBadTarget},
      {"asterisk outside OPTIONS", head("POST * HTTP/1.1"), HttpFault::kBadTarget},
      {"method of symbols", head("P(ST / HTTP/1.1"), HttpFault::kBadMethod},
      {"long method", head("ABCDEFGHIJKLMNOPQ / HTTP/1.1"), HttpFault::kBadMethod},
      {"unknown expectation", head("POST / HTTP/1.1", "Expect: the-best\r\n"),
       HttpFault::kUnknownExpectation},
  };
  std::set<HttpFault> reached;
  for (const RefusedHead& refused : cases) {
    SCOPED_TRACE(refused.note);
    const HeadCheck check = check_head(refused.text, kLimits);
    ASSERT_TRUE(check.fault.has_value());
    EXPECT_EQ(describe(*check.fault).code, describe(refused.fault).code);
    reached.insert(refused.fault);
  }
}

TEST(RequestGuard, ReadsTheFramingOfAPlainRequest) {
  const HeadCheck plain =
      check_head(head("POST /t/x?y=z HTTP/1.1", "content-LENGTH:  12 \r\n"), kLimits);
  ASSERT_FALSE(plain.fault.has_value());
  EXPECT_EQ(plain.facts.content_length, 12U);
  EXPECT_FALSE(plain.facts.chunked);

  const HeadCheck chunked = check_head(
      head("POST / HTTP/1.1", "Transfer-Encoding: Chunked\r\nExpect: 100-Continue\r\n"), kLimits);
  ASSERT_FALSE(chunked.fault.has_value());
  EXPECT_TRUE(chunked.facts.chunked);
  EXPECT_TRUE(chunked.facts.expects_continue);

  EXPECT_FALSE(check_head(head("OPTIONS * HTTP/1.1"), kLimits).fault.has_value());
  EXPECT_FALSE(check_head("GET / HTTP/1.0\r\n\r\n", kLimits).fault.has_value());
}

TEST(RequestGuard, AcceptsEachLimitAndRefusesOneMore) {
  HttpLimits limits;
  limits.body_bytes_max = 100;
  limits.header_count_max = 3;
  limits.target_bytes_max = 10;
  EXPECT_FALSE(
      check_head(head("POST / HTTP/1.1", "Content-Length: 100\r\n"), limits).fault.has_value());
  EXPECT_EQ(check_head(head("POST / HTTP/1.1", "Content-Length: 101\r\n"), limits).fault,
            HttpFault::kBodyTooLarge);
  EXPECT_FALSE(check_head(head("GET / HTTP/1.1", "a: 1\r\nb: 2\r\n"), limits).fault.has_value());
  EXPECT_EQ(check_head(head("GET / HTTP/1.1", "a: 1\r\nb: 2\r\nc: 3\r\n"), limits).fault,
            HttpFault::kTooManyFields);
  EXPECT_FALSE(check_head(head("GET /123456789 HTTP/1.1"), limits).fault.has_value());
  EXPECT_EQ(check_head(head("GET /1234567890 HTTP/1.1"), limits).fault, HttpFault::kTargetTooLong);
}

TEST(RequestGuard, FindsTheEndOfTheHeadHoweverItArrives) {
  const std::string text = head("GET / HTTP/1.1", "a: b\r\n");
  for (std::size_t size = 0; size < text.size(); ++size) {
    const HeadScan scan = find_head_end(std::string_view(text).substr(0, size), kLimits);
    EXPECT_FALSE(scan.fault.has_value()) << size;
    EXPECT_EQ(scan.head_bytes, 0U) << size;
  }
  EXPECT_EQ(find_head_end(text + "body", kLimits).head_bytes, text.size());
}

TEST(RequestGuard, RefusesBareLineEndsAtOnceInsteadOfWaitingForMore) {
  EXPECT_EQ(find_head_end("GET / HTTP/1.1\nHost: a\n\n", kLimits).fault, HttpFault::kBareLineFeed);
  EXPECT_EQ(find_head_end("GET / HTTP/1.1\rX", kLimits).fault, HttpFault::kBareCarriageReturn);
  EXPECT_EQ(find_head_end("\n", kLimits).fault, HttpFault::kBareLineFeed);
  EXPECT_FALSE(find_head_end("GET / HTTP/1.1\r", kLimits).fault.has_value());
}

TEST(RequestGuard, AHeadOfExactlyTheLimitIsReadAndOneByteMoreIsNot) {
  HttpLimits limits;
  const std::string text = head("GET / HTTP/1.1");
  limits.head_bytes_max = text.size();
  EXPECT_EQ(find_head_end(text, limits).head_bytes, text.size());
  limits.head_bytes_max = text.size() - 1;
  EXPECT_EQ(find_head_end(text, limits).fault, HttpFault::kHeadTooLarge);
}

}  // namespace
}  // namespace gate::server
