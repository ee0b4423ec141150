/** The pieces that ERPs make names of, and the words they stand for. */

/** `piece=word`; without a word the piece says nothing that a public name should. */
const abbreviations = `
  acct=account act=action add=address addr=address al=allocated alloc=allocated amt=amount art=article atr=attribute av=available avg=average
  bal=balance bil=bill bit=bits blk=blocked bnk=bank br=branch bus=business can=cancellation car=carrier cd=code chg=changed clr=cleared cmp=company
  cmt=comment cnf=confirmed cnt=count con=contact crd=credit crt=created cry=country cty=city cur=currency curr=currency cus=customer cust=customer
  dat=date dec=decimal def=default del=delivery desc=description dft=default disc=discount doc=document ds=description dsc=discount dt=date dun=dunning
  est=estimated ext=external fc=factor file= flg= fr=from frt=freight fst=first func=function gr=gross grp=group gst=tax hdr= hgt=height hld=hold
  in=invoice inv=invoice itm=item jd=date jrn=journal kgs=kg lang=language len=length lim=limit lin=line ln=line loc=location lst=list mas= master=
  movt=movement mst= mth=method nam=name nm=name no=number nr=number num=number oe=order oh=on_hand oo=on_order opn=open or=ordered ord=order
  org=original pay=payment pc=percent pck=picked pkg=package pl=places pln=planned po=purchase_order pr=price prc=price prio=priority prod=product
  pub=published pymt=payment qt=quantity qty=quantity quot=quotation rec=record ref=reference req=requested rtg=rating rvs=reversed seq=sequence sh=ship
  shp=shipment sl=sales sls=sales sq=sequence src=source srch=search st=status stk=stock str=street sup=supplier tab= titl=title tm=time tot=total
  tran=transaction trans=transaction trk=tracking trm=terms trn=transaction txt=text ty=type unt=unit uom=unit val=valid vol=volume wgt=weight
  whs=warehouse wid=width zip=postal_code zipcd=postal_code post=postal allocns=allocations allocn=allocation mast= locstock=location_stock`;

/** Words that stand for themselves where names are written without a separator: `deliverydate`. */
const words = `
  actual address allocated amount area bank bar barcode bill bin blocked branch buyer by cap category city client code comments completed confirmed
  consignment contact controlled country credit currency customer date days debtor decimal default deliver delivery description discontinued discount
  dispatch document due ean end freight from gln gross group hold id input instructions internal invoice invoiced item items last limit line list
  location long lot man max method min mm name narrative net of on order orders packages packing paid payment percent placed places postal price printed
  product quantity quotation quote rate reason record reference sales salesman salesperson sent serialised settled ship shipper since slip special
  standard start status stock street supplier tax terms title to total type unit units url vat vendor via volume web weight debtors details detail moves branches customers clients suppliers lines types taxes authorities headers contacts addresses transactions balances movements ledger account accounts journal shipments invoices payments receipts periods`;

function listed(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

export const pieces: ReadonlyMap<string, string> = new Map([
  ...listed(words).map((word) => [word, word] as const),
  ...listed(abbreviations).map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)] as const),
]);

/** The fewest pieces that make up `text`, or undefined where some letters are left over. */
export function segment(text: string): readonly string[] | undefined {
  const best: (readonly string[] | undefined)[] = [[]];
  for (let end = 1; end <= text.length; end += 1) {
    for (let start = Math.max(0, end - 14); start < end; start += 1) {
      const before = best[start];
      const piece = text.slice(start, end);
      if (before === undefined || !pieces.has(piece)) continue;
      const current = best[end];
      if (current === undefined || before.length + 1 < current.length) best[end] = [...before, piece];
    }
  }
  return best[text.length];
}
