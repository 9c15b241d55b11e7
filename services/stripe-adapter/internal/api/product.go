package api

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/resource"
	"github.com/breakwater-acl/breakwater/pkg/rpc"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/store"
)

// Products is the ProductService.
type Products struct {
	paymentsv1.UnimplementedProductServiceServer

	products *resource.Server[*paymentsv1.Product]
	prices   *resource.Server[*paymentsv1.Price]
}

// NewProducts serves the products and their prices.
func NewProducts(c resource.Config) *Products {
	return &Products{
		products: resource.New(c, resource.Kind[*paymentsv1.Product]{Name: "product", Collections: []string{"products"}}),
		prices:   resource.New(c, resource.Kind[*paymentsv1.Price]{Name: "price", Collections: []string{"prices"}}),
	}
}

// GetProduct returns one product, deleted or not.
func (s *Products) GetProduct(ctx context.Context, r *paymentsv1.GetProductRequest) (*paymentsv1.Product, error) {
	return s.products.Get(ctx, r.GetName())
}

// BatchGetProducts returns several products of one connection, in the order of the names.
func (s *Products) BatchGetProducts(ctx context.Context, r *paymentsv1.BatchGetProductsRequest) (*paymentsv1.BatchGetProductsResponse, error) {
	found, err := s.products.BatchGet(ctx, r)
	return &paymentsv1.BatchGetProductsResponse{Products: found}, err
}

// ListProducts returns a page of the products of one connection, newest first.
func (s *Products) ListProducts(ctx context.Context, r *paymentsv1.ListProductsRequest) (*paymentsv1.ListProductsResponse, error) {
	f := r.GetFilter()
	var q mirror.Query
	if err := byCreation(&q, f); err != nil {
		return nil, err
	}
	if f != nil {
		byFlag(&q, "active", f.Active)
	}
	page, next, err := s.products.List(ctx, r, q)
	return &paymentsv1.ListProductsResponse{Products: page, NextPageToken: next}, err
}

// WatchProducts streams every visible change of one connection's products.
func (s *Products) WatchProducts(r *paymentsv1.WatchProductsRequest, to grpc.ServerStreamingServer[paymentsv1.WatchProductsResponse]) error {
	return resource.Watch(s.products, r, to, func(c resource.Change[*paymentsv1.Product]) *paymentsv1.WatchProductsResponse {
		return &paymentsv1.WatchProductsResponse{Product: c.Resource, ResumeToken: c.ResumeToken, ChangeTime: c.ChangeTime}
	})
}

// GetPrice returns one price, deleted or not.
func (s *Products) GetPrice(ctx context.Context, r *paymentsv1.GetPriceRequest) (*paymentsv1.Price, error) {
	return s.prices.Get(ctx, r.GetName())
}

// BatchGetPrices returns several prices of one connection, in the order of the names.
func (s *Products) BatchGetPrices(ctx context.Context, r *paymentsv1.BatchGetPricesRequest) (*paymentsv1.BatchGetPricesResponse, error) {
	found, err := s.prices.BatchGet(ctx, r)
	return &paymentsv1.BatchGetPricesResponse{Prices: found}, err
}

// ListPrices returns a page of the prices of one connection, newest first.
func (s *Products) ListPrices(ctx context.Context, r *paymentsv1.ListPricesRequest) (*paymentsv1.ListPricesResponse, error) {
	q, err := pricesWanted(r.GetFilter(), r.GetParent())
	if err != nil {
		return nil, err
	}
	page, next, err := s.prices.List(ctx, r, q)
	return &paymentsv1.ListPricesResponse{Prices: page, NextPageToken: next}, err
}

const (
	maxLookupKeys = 10
	maxLookupKey  = 200
)

func pricesWanted(f *paymentsv1.PriceFilter, parent string) (q mirror.Query, err error) {
	if err := byName(&q, "product", "products", f.GetProduct(), parent); err != nil {
		return q, err
	}
	if f != nil {
		byFlag(&q, "active", f.Active)
		byFlag(&q, "recurring", f.Recurring)
	}
	if len(f.GetLookupKeys()) > maxLookupKeys {
		return q, fault.Field("filter.lookup_keys", fmt.Sprintf("must hold at most %d", maxLookupKeys))
	}
	for i, key := range f.GetLookupKeys() {
		if err := rpc.Text(fmt.Sprintf("filter.lookup_keys[%d]", i), key, 1, maxLookupKey); err != nil {
			return q, err
		}
	}
	if len(f.GetLookupKeys()) > 0 {
		q.Where("lookup_key = any(?)", f.GetLookupKeys())
	}
	if code := f.GetCurrencyCode(); code != "" {
		if err := store.CheckCurrency("filter.currency_code", code); err != nil {
			return q, err
		}
		q.Where("currency = ?", code)
	}
	return q, nil
}

// WatchPrices streams every visible change of one connection's prices.
func (s *Products) WatchPrices(r *paymentsv1.WatchPricesRequest, to grpc.ServerStreamingServer[paymentsv1.WatchPricesResponse]) error {
	return resource.Watch(s.prices, r, to, func(c resource.Change[*paymentsv1.Price]) *paymentsv1.WatchPricesResponse {
		return &paymentsv1.WatchPricesResponse{Price: c.Resource, ResumeToken: c.ResumeToken, ChangeTime: c.ChangeTime}
	})
}
