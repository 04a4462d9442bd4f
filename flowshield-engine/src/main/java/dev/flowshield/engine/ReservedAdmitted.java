package dev.flowshield.engine;

/** An admission whose permits were reserved, to be settled. */
final class ReservedAdmitted extends Admitted {

  private final OpenBill bill;

  ReservedAdmitted(Entrance entrance, long place, OpenBill bill) {
    super(entrance, place);
    this.bill = bill;
  }

  @Override
  OpenBill bill() {
    return bill;
  }
}
