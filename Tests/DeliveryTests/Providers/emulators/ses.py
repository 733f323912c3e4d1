"""Amazon SES as moto emulates it, with signatures and rights checked; lives until its standard input ends.

Prints one line of JSON with where it listens and a key that may send; for each line that comes in, the messages it has.
"""
import json
import os
import sys

# As many calls make the user; all that come later must be signed.
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "3"

import boto3
from moto.backends import get_backend
from moto.server import ThreadedMotoServer


class Emulator:
    def __init__(self, sender):
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        _, port = self.server.get_host_and_port()
        self.url = f"http://127.0.0.1:{port}"
        iam = self.client("iam", "x", "x")
        iam.create_user(UserName="keeptouch")
        key = iam.create_access_key(UserName="keeptouch")["AccessKey"]
        statement = {"Effect": "Allow", "Action": "ses:*", "Resource": "*"}
        iam.put_user_policy(
            UserName="keeptouch", PolicyName="send",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
        self.place = {"url": self.url, "access": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
        ses = self.client("sesv2", self.place["access"], self.place["secret"])
        ses.create_email_identity(EmailIdentity=sender)

    def client(self, service, access, secret):
        return boto3.client(
            service, region_name="us-east-1", endpoint_url=self.url, aws_access_key_id=access,
            aws_secret_access_key=secret)

    def messages(self):
        sent = get_backend("ses")["123456789012"]["us-east-1"].sent_messages
        return [{k: str(v) for k, v in vars(message).items()} for message in sent]


if __name__ == "__main__":
    emulator = Emulator("cs@acme.example")
    print(json.dumps(emulator.place), flush=True)
    for _ in sys.stdin:
        print(json.dumps(emulator.messages()), flush=True)
    emulator.server.stop()
