package sim

func (s *subscription) fill(c *change, in *node) error {
	if id := in.text("default_payment_method"); id != "" {
		method, err := c.attach(id, "default_payment_method", &s.Customer)
		if err != nil {
			return err
		}
		s.DefaultPaymentMethod = &method.ID
	}
	s.CollectionMethod = orText(in.text("collection_method"), s.CollectionMethod)
	in.setWhole("days_until_due", &s.DaysUntilDue)
	if s.CollectionMethod == "send_invoice" && s.DaysUntilDue == nil {
		return invalid("", "days_until_due", "`days_until_due` must be set when `collection_method` is `send_invoice`.")
	}
	in.setText("description", &s.Description)
	in.setWhole("cancel_at", &s.CancelAt)
	s.Metadata = in.metadata(s.Metadata)
	if end := in.at("trial_settings").at("end_behavior"); end != nil {
		s.TrialSettings = &trialSettings{}
		s.TrialSettings.EndBehavior.MissingPaymentMethod = end.text("missing_payment_method")
	}
	s.fillPause(in)
	s.fillCancellation(c, in)
	return nil
}

// fillPause: collection pauses and the status stays. [official: OpenAPI subscriptions pause_collection]
func (s *subscription) fillPause(in *node) {
	part := in.at("pause_collection")
	switch {
	case part == nil:
	case part.value != nil:
		s.PauseCollection = nil
	default:
		s.PauseCollection = &pauseCollection{Behavior: part.text("behavior")}
		part.setWhole("resumes_at", &s.PauseCollection.ResumesAt)
	}
}

func (s *subscription) fillCancellation(c *change, in *node) {
	if details := in.at("cancellation_details"); details != nil {
		details.setText("comment", &s.CancellationDetails.Comment)
		details.setText("feedback", &s.CancellationDetails.Feedback)
	}
	if !in.has("cancel_at_period_end") {
		return
	}
	s.CancelAtPeriodEnd = in.flag("cancel_at_period_end")
	s.CancelAt, s.CanceledAt, s.CancellationDetails.Reason = nil, nil, nil
	if s.CancelAtPeriodEnd {
		end := s.periodEnd()
		s.CancelAt, s.CanceledAt, s.CancellationDetails.Reason = &end, &c.at, maybe("cancellation_requested")
	}
}
