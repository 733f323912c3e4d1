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

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
_, port = server.get_host_and_port()
url = f"http://127.0.0.1:{port}"


def client(service, access, secret):
    return boto3.client(
        service, region_name="us-east-1", endpoint_url=url, aws_access_key_id=access, aws_secret_access_key=secret)


iam = client("iam", "x", "x")
iam.create_user(UserName="keeptouch")
key = iam.create_access_key(UserName="keeptouch")["AccessKey"]
statement = {"Effect": "Allow", "Action": "ses:*", "Resource": "*"}
iam.put_user_policy(
    UserName="keeptouch", PolicyName="send",
    PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
ses = client("sesv2", key["AccessKeyId"], key["SecretAccessKey"])
ses.create_email_identity(EmailIdentity="cs@acme.example")
print(json.dumps({"url": url, "access": key["AccessKeyId"], "secret": key["SecretAccessKey"]}), flush=True)
for _ in sys.stdin:
    sent = get_backend("ses")["123456789012"]["us-east-1"].sent_messages
    print(json.dumps([{k: str(v) for k, v in vars(message).items()} for message in sent]), flush=True)
server.stop()
