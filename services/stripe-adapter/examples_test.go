package main

import (
	"slices"
	"strings"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
)

func mask(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }

// parentOf is the connection that a name is under.
func parentOf(name, collection string) string { return name[:strings.Index(name, "/"+collection)] }

// in reports the payments in one of these states that are of no invoice: what is done with those moves it, too.
func in(states ...paymentsv1.Payment_State) func(proto.Message) bool {
	return func(truth proto.Message) bool {
		p, ok := truth.(*paymentsv1.Payment)
		return ok && slices.Contains(states, p.GetState()) && p.GetDescription() != "Payment for Invoice"
	}
}

// kept reports the payments of which nothing was given back.
func kept(truth proto.Message) bool {
	p, ok := truth.(*paymentsv1.Payment)
	return ok && p.GetState() == paymentsv1.Payment_STATE_SUCCEEDED && p.GetLatestCharge().GetAmountRefunded() == nil
}

func waiting(truth proto.Message) bool {
	r, ok := truth.(*paymentsv1.Refund)
	return ok && r.GetState() == paymentsv1.Refund_STATE_NEEDS_ACTION
}

// paymentOperations are all that is done with payments. One that is created and confirmed in one is in the tests of payments.
func paymentOperations() []adaptertest.Operation {
	tooLittle := usd(10)
	return []adaptertest.Operation{
		{Name: "CreatePayment", Method: paymentsv1.PaymentService_CreatePayment_FullMethodName, Kind: "payment_intent", Op: "create", Request: func(parent, text string) proto.Message {
			return &paymentsv1.CreatePaymentRequest{Parent: parent, Payment: &paymentsv1.Payment{Amount: usd(2000), Description: text}, RequestId: uuid.NewString()}
		}, Refused: func(parent string) proto.Message {
			return &paymentsv1.CreatePaymentRequest{Parent: parent, Payment: &paymentsv1.Payment{Amount: tooLittle}, RequestId: uuid.NewString()}
		}},
		{
			Name: "UpdatePayment", Method: paymentsv1.PaymentService_UpdatePayment_FullMethodName, On: "payment", Fits: in(paymentsv1.Payment_STATE_NEEDS_METHOD),
			Kind: "payment_intent", Op: "update", Request: func(on, text string) proto.Message {
				return &paymentsv1.UpdatePaymentRequest{
					Payment: &paymentsv1.Payment{Name: on, Amount: usd(3000), Description: text}, UpdateMask: mask("amount", "description"), RequestId: uuid.NewString(),
				}
			}, Refused: func(on string) proto.Message {
				return &paymentsv1.UpdatePaymentRequest{Payment: &paymentsv1.Payment{Name: on, Amount: tooLittle}, UpdateMask: mask("amount"), RequestId: uuid.NewString()}
			},
		},
		{
			Name: "ConfirmPayment", Method: paymentsv1.PaymentService_ConfirmPayment_FullMethodName, On: "payment", Fits: in(paymentsv1.Payment_STATE_NEEDS_METHOD),
			Kind: "payment_intent", Op: "confirm", Request: func(on, text string) proto.Message {
				return &paymentsv1.ConfirmPaymentRequest{
					Name: on, PaymentMethod: "pm_card_visa", Confirmation: &paymentsv1.Confirmation{ReturnUri: "https://example.com/" + strings.ReplaceAll(text, " ", "-")}, RequestId: uuid.NewString(),
				}
			},
		},
		{
			Name: "CapturePayment", Method: paymentsv1.PaymentService_CapturePayment_FullMethodName, On: "payment", Fits: in(paymentsv1.Payment_STATE_AUTHORIZED),
			Kind: "payment_intent", Op: "capture", Request: func(on, _ string) proto.Message {
				return &paymentsv1.CapturePaymentRequest{Name: on, Amount: usd(400), RequestId: uuid.NewString()}
			},
		},
		{
			Name: "CancelPayment", Method: paymentsv1.PaymentService_CancelPayment_FullMethodName, On: "payment", Fits: in(paymentsv1.Payment_STATE_AUTHORIZED, paymentsv1.Payment_STATE_NEEDS_METHOD),
			Kind: "payment_intent", Op: "cancel", Request: func(on, _ string) proto.Message {
				return &paymentsv1.CancelPaymentRequest{Name: on, Reason: paymentsv1.Payment_CANCEL_REASON_DUPLICATE, RequestId: uuid.NewString()}
			},
		},
	}
}

func paymentReads() []adaptertest.Read {
	return []adaptertest.Read{
		{Method: paymentsv1.PaymentService_GetPayment_FullMethodName, On: "payment", Request: func(on string) proto.Message { return &paymentsv1.GetPaymentRequest{Name: on} }},
		{Method: paymentsv1.PaymentService_BatchGetPayments_FullMethodName, On: "payment", Request: func(on string) proto.Message {
			return &paymentsv1.BatchGetPaymentsRequest{Parent: parentOf(on, "payments"), Names: []string{on}}
		}},
		{Method: paymentsv1.PaymentService_ListPayments_FullMethodName, Request: func(on string) proto.Message { return &paymentsv1.ListPaymentsRequest{Parent: on} }},
		{Method: paymentsv1.PaymentService_WatchPayments_FullMethodName, Request: func(on string) proto.Message { return &paymentsv1.WatchPaymentsRequest{Parent: on} }},
	}
}

func refundOperations() []adaptertest.Operation {
	return []adaptertest.Operation{
		{
			Name: "CreateRefund", Method: paymentsv1.RefundService_CreateRefund_FullMethodName, On: "payment", Fits: kept, Kind: "refund", Op: "create",
			Request: func(on, text string) proto.Message {
				return &paymentsv1.CreateRefundRequest{
					Parent: parentOf(on, "payments"), Refund: &paymentsv1.Refund{Payment: on, Metadata: map[string]string{"said": text}}, RequestId: uuid.NewString(),
				}
			},
		},
		{
			Name: "UpdateRefund", Method: paymentsv1.RefundService_UpdateRefund_FullMethodName, On: "refund", Kind: "refund", Op: "update", Request: func(on, text string) proto.Message {
				return &paymentsv1.UpdateRefundRequest{Refund: &paymentsv1.Refund{Name: on, Metadata: map[string]string{"said": text}}, UpdateMask: mask("metadata"), RequestId: uuid.NewString()}
			},
		},
		{
			Name: "CancelRefund", Method: paymentsv1.RefundService_CancelRefund_FullMethodName, On: "refund", Fits: waiting, Kind: "refund", Op: "cancel",
			Request: func(on, _ string) proto.Message {
				return &paymentsv1.CancelRefundRequest{Name: on, RequestId: uuid.NewString()}
			},
		},
	}
}

func refundReads() []adaptertest.Read {
	return []adaptertest.Read{
		{Method: paymentsv1.RefundService_GetRefund_FullMethodName, On: "refund", Request: func(on string) proto.Message { return &paymentsv1.GetRefundRequest{Name: on} }},
		{Method: paymentsv1.RefundService_BatchGetRefunds_FullMethodName, On: "refund", Request: func(on string) proto.Message {
			return &paymentsv1.BatchGetRefundsRequest{Parent: parentOf(on, "refunds"), Names: []string{on}}
		}},
		{Method: paymentsv1.RefundService_ListRefunds_FullMethodName, Request: func(on string) proto.Message { return &paymentsv1.ListRefundsRequest{Parent: on} }},
		{Method: paymentsv1.RefundService_WatchRefunds_FullMethodName, Request: func(on string) proto.Message { return &paymentsv1.WatchRefundsRequest{Parent: on} }},
	}
}
