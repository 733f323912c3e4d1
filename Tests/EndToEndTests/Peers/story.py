"""What surrounds the program in one story: Amazon SES (moto, with signatures and rights checked), Amazon SNS, and a product
that reports through the client of Segment.

Prints one line of JSON with where SES listens, a key that may send, and the certificate of SNS; then carries out each line
of JSON that comes in and answers with one.
"""
import base64
import datetime
import json
import os
import sys
import urllib.request

# As many calls make the user; all that come later must be signed.
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "3"

import boto3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from moto.backends import get_backend
from moto.server import ThreadedMotoServer
from segment.analytics.client import Client

CERTIFICATE = "SimpleNotificationService-story.pem"
TOPIC = "arn:aws:sns:us-east-1:123456789012:ses-events"

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
_, port = server.get_host_and_port()
url = f"http://127.0.0.1:{port}"


def aws(service, access, secret):
    return boto3.client(
        service, region_name="us-east-1", endpoint_url=url, aws_access_key_id=access, aws_secret_access_key=secret)


iam = aws("iam", "x", "x")
iam.create_user(UserName="keeptouch")
key = iam.create_access_key(UserName="keeptouch")["AccessKey"]
statement = {"Effect": "Allow", "Action": "ses:*", "Resource": "*"}
iam.put_user_policy(
    UserName="keeptouch", PolicyName="send",
    PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
aws("sesv2", key["AccessKeyId"], key["SecretAccessKey"]).create_email_identity(EmailIdentity="hi@small.example")

private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns.amazonaws.com")])
today = datetime.datetime.now(datetime.timezone.utc)
certificate = (
    x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key()).serial_number(1)
    .not_valid_before(today - datetime.timedelta(days=1)).not_valid_after(today + datetime.timedelta(days=1))
    .sign(private, hashes.SHA256()))


def feed(order):
    failures = []
    client = Client(order["key"], host=order["address"], on_error=lambda error, items: failures.append(str(error)))
    client.identify("u1", {"email": "ann@a1.example", "name": "Ann", "role": "owner"})
    client.group("u1", "a1", {"name": "Northwind", "seats": 3})
    client.track("u1", "Report Made", {"score": 5})
    client.shutdown()
    return failures


def messages(order):
    sent = get_backend("ses")["123456789012"]["us-east-1"].sent_messages
    return [{k: str(v) for k, v in vars(message).items()} for message in sent]


def deliver(order):
    """What SNS posts when SES has delivered a message."""
    moment = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    event = {
        "eventType": "Delivery", "delivery": {"timestamp": moment, "recipients": ["ann@a1.example"]},
        "mail": {
            "timestamp": moment, "messageId": order["id"], "destination": ["ann@a1.example"],
            "tags": {name: [value] for name, value in order["tags"].items()}}}
    notice = {
        "Type": "Notification", "MessageId": "notice-1", "TopicArn": TOPIC, "Message": json.dumps(event),
        "Timestamp": moment, "SignatureVersion": "2",
        "SigningCertURL": f"https://sns.us-east-1.amazonaws.com/{CERTIFICATE}"}
    names = ["Message", "MessageId", "Timestamp", "TopicArn", "Type"]
    text = "".join(f"{name}\n{notice[name]}\n" for name in names)
    signature = private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    if order.get("forged"):
        signature = signature[:-1] + bytes([signature[-1] ^ 1])
    notice["Signature"] = base64.b64encode(signature).decode()
    request = urllib.request.Request(
        order["address"], json.dumps(notice).encode(), {"Content-Type": "text/plain; charset=UTF-8"}, method="POST")
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        return error.code


print(json.dumps({
    "url": url, "access": key["AccessKeyId"], "secret": key["SecretAccessKey"], "topic": TOPIC, "name": CERTIFICATE,
    "certificate": certificate.public_bytes(serialization.Encoding.PEM).decode()}), flush=True)
for line in sys.stdin:
    order = json.loads(line)
    print(json.dumps({"answer": {"feed": feed, "messages": messages, "deliver": deliver}[order["do"]](order)}), flush=True)
server.stop()
